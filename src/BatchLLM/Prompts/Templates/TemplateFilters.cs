namespace BatchLLM.Prompts.Templates;

/// <summary>The filters that templates may apply.</summary>
internal static class TemplateFilters
{
    /// <summary>By name.</summary>
    public static readonly IReadOnlyDictionary<string, TemplateFunction> All = new Dictionary<string, TemplateFunction>
    {
        ["trim"] = OfText(["chars"], 0, (_, text, given) => TextOperations.Trim(text, given[0])),
        ["upper"] = OfText([], 0, (_, text, _) => text.WithText(text.Text.ToUpperInvariant())),
        ["lower"] = OfText([], 0, (_, text, _) => text.WithText(text.Text.ToLowerInvariant())),
        ["capitalize"] = OfText([], 0, (_, text, _) => TextOperations.Capitalize(text, eachWord: false)),
        ["title"] = OfText([], 0, (_, text, _) => TextOperations.Capitalize(text, eachWord: true)),
        ["replace"] = OfText(["old", "new", "count"], 2, Replace),
        ["string"] = OfText([], 0, (_, text, _) => text),
        ["safe"] = OfText([], 0, (_, text, _) => text),
        ["tojson"] = new(["indent", "ensure_ascii"], 0, ToJson),
        ["length"] = new([], 0, (_, value, _) => Length(value)),
        ["count"] = new([], 0, (_, value, _) => Length(value)),
        ["default"] = new(["default_value", "boolean"], 0, Default),
        ["d"] = new(["default_value", "boolean"], 0, Default),
        ["first"] = new([], 0, (_, value, _) => TemplateSlices.Item(Sequence(value), 0)),
        ["last"] = new([], 0, (_, value, _) => TemplateSlices.Item(Sequence(value), -1)),
        ["list"] = new([], 0, (_, value, _) => TemplateValues.Items(value)),
        ["join"] = new(["d"], 0, Join),
        ["items"] = new([], 0, (_, value, _) => TemplateMethods.Items(value)),
        ["map"] = new(["attribute"], 1, (_, value, given) => Map(value, given[0])),
        ["select"] = new(["test", "argument"], 0, (_, value, given) => Select(value, given, true)),
        ["reject"] = new(["test", "argument"], 0, (_, value, given) => Select(value, given, false)),
        ["selectattr"] = new(["attribute", "test", "argument"], 1, (_, value, given) => SelectBy(value, given, true)),
        ["rejectattr"] = new(["attribute", "test", "argument"], 1, (_, value, given) => SelectBy(value, given, false)),
    };

    private const int WidestIndent = 16;

    /// <summary>Which parameter of a filter names a test; null for filters that take none.</summary>
    public static int? TestParameter(string filter) => filter switch
    {
        "select" or "reject" => 0,
        "selectattr" or "rejectattr" => 1,
        _ => null,
    };

    private static TemplateFunction OfText(
        string[] parameters, int required, Func<RenderState, TemplateString, object?[], object?> apply) =>
        new(parameters, required, (state, value, given) => apply(state, TemplateValues.ToText(value), given));

    private static TemplateString Replace(RenderState state, TemplateString text, object?[] given) =>
        TextOperations.Replace(
            state,
            text,
            TemplateValues.ToText(given[0]),
            TemplateValues.ToText(given[1]),
            given[2] is long count ? count : -1);

    private static TemplateString ToJson(RenderState state, object? value, object?[] given)
    {
        int? indent = given[0] is long spaces ? (int)Math.Clamp(spaces, 0, WidestIndent) : null;
        return new TemplateJson(state, indent, asciiOnly: given[1] is true).Write(value);
    }

    private static long Length(object? value) => value switch
    {
        TemplateString text => TemplateSlices.Count(text.Text),
        _ => TemplateValues.Items(value).Count,
    };

    private static object? Default(RenderState state, object? value, object?[] given)
    {
        var isAbsent = value is Undefined || (given[1] is true && !TemplateValues.IsTrue(value));
        return !isAbsent ? value : given[0] is Undefined ? TemplateString.Empty : given[0];
    }

    private static object Sequence(object? value) => value as TemplateString ?? (object)TemplateValues.Items(value);

    private static TemplateString Join(RenderState state, object? value, object?[] given)
    {
        var between = TemplateValues.ToText(given[0]);
        var result = new TemplateStringBuilder(state);
        var isFirst = true;
        foreach (var item in TemplateValues.Items(value))
        {
            result.Append(isFirst ? TemplateString.Empty : between).Append(TemplateValues.ToText(item));
            isFirst = false;
        }

        return result.Build();
    }

    private static List<object?> Map(object? value, object? attribute) =>
        [.. TemplateValues.Items(value).Select(item => ExpressionEvaluator.Member(item, attribute))];

    private static List<object?> Select(object? value, object?[] given, bool wanted) =>
        [.. TemplateValues.Items(value).Where(item => ValueTests.Holds(given[0], item, given[1]) == wanted)];

    private static List<object?> SelectBy(object? value, object?[] given, bool wanted) =>
        [.. TemplateValues.Items(value).Where(item =>
            ValueTests.Holds(given[1], ExpressionEvaluator.Member(item, given[0]), given[2]) == wanted)];
}
