namespace BatchLLM.Schedules;

/// <summary>The rules as requests, answers and the database name them.</summary>
public static class RuleNames
{
    /// <summary>A misfire rule's name.</summary>
    public static string Of(MisfireRule rule) => rule == MisfireRule.Skip ? "skip" : "run_once";

    /// <summary>An overlap rule's name.</summary>
    public static string Of(OverlapRule rule) => rule switch
    {
        OverlapRule.Queue => "queue",
        OverlapRule.CancelPrevious => "cancel_previous",
        _ => "skip",
    };

    /// <summary>The misfire rule of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static MisfireRule Misfire(string name) => Find<MisfireRule>(name, Of);

    /// <summary>The overlap rule of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static OverlapRule Overlap(string name) => Find<OverlapRule>(name, Of);

    private static T Find<T>(string name, Func<T, string> nameOf)
        where T : struct, Enum =>
        Enum.GetValues<T>().Cast<T?>().FirstOrDefault(rule => nameOf(rule!.Value) == name)
        ?? throw new ArgumentException($"'{name}' is no rule.", nameof(name));
}
