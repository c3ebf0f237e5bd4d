namespace BatchLLM.Prompts.Templates;

/// <summary>The functions that templates may call.</summary>
internal static class TemplateGlobals
{
    /// <summary>The one that exists only if the template may know the time.</summary>
    public const string Clock = "strftime_now";

    /// <summary>By name.</summary>
    public static readonly IReadOnlyDictionary<string, TemplateFunction> All = new Dictionary<string, TemplateFunction>
    {
        ["raise_exception"] = new(["message"], 1, (state, _, given) => Refuse(state, given[0])),
        ["range"] = new(["start", "stop", "step"], 1, (state, _, given) => Range(state, given)),
        [Clock] = new(["format"], 1, (state, _, given) => Format(state, given[0])),
    };

    private const int StepsPerItem = 16; // they are held in memory all at once

    private static object? Refuse(RenderState state, object? message) => throw new TemplateException(
        $"it refuses the messages: {TemplateValues.ToText(state, message).WithoutData()}");

    private static List<object?> Range(RenderState state, object?[] given)
    {
        var (start, stop) = given[1] is Undefined ? (0, Integer(given[0])) : (Integer(given[0]), Integer(given[1]));
        var step = given[2] is Undefined ? 1 : Integer(given[2]);
        if (step == 0)
        {
            throw new TemplateException("it asks for a range with a step of zero");
        }

        var items = new List<object?>();
        for (var at = start; step > 0 ? at < stop : at > stop; at += step)
        {
            state.Spend(StepsPerItem);
            items.Add(at);
        }

        return items;
    }

    // 32 bits: no sum in the loop above can overflow.
    private static long Integer(object? value) => value is long and >= int.MinValue and <= int.MaxValue and var integer
        ? integer
        : throw new TemplateException("it asks for a range that is not of 32-bit integers");

    private static TemplateString Format(RenderState state, object? format) => state.Now is { } now
        ? TemplateString.FromTemplate(StrfTime.Format(now, TemplateValues.ToText(state, format).Text))
        : throw new TemplateException("it asks for the time, but the job gives it no date");
}
