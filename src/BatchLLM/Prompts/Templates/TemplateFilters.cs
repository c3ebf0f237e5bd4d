namespace BatchLLM.Prompts.Templates;

/// <summary>The filters that templates may apply.</summary>
internal static class TemplateFilters
{
    /// <summary>By name.</summary>
    public static readonly IReadOnlyDictionary<string, TemplateFunction> All = new Dictionary<string, TemplateFunction>
    {
        ["trim"] = OfText(["chars"], 0, (state, text, given) => TextOperations.Trim(state, text, given[0])),
        ["upper"] = OfText([], 0, (_, text, _) => text.WithText(text.Text.ToUpperInvariant())),
        ["lower"] = OfText([], 0, (_, text, _) => text.WithText(text.Text.ToLowerInvariant())),
        ["capitalize"] = OfText([], 0, (_, text, _) => TextOperations.Capitalize(text, eachWord: false)),
        ["title"] = OfText([], 0, (_, text, _) => TextOperations.Capitalize(text, eachWord: true)),
        ["replace"] = OfText(["old", "new", "count"], 2, Replace),
        ["string"] = OfText([], 0, (_, text, _) => text),
        ["safe"] = OfText([], 0, (_, text, _) => text),
        ["tojson"] = new(["ensure_ascii", "indent", "separators", "sort_keys"], 0, TemplateJson.Filter),
        ["length"] = new([], 0, (_, value, _) => Length(value)),
        ["count"] = new([], 0, (_, value, _) => Length(value)),
        ["default"] = new(["default_value", "boolean"], 0, Default),
        ["d"] = new(["default_value", "boolean"], 0, Default),
        ["first"] = new([], 0, (state, value, _) => TemplateSlices.Item(Sequence(state, value), 0)),
        ["last"] = new([], 0, (state, value, _) => TemplateSlices.Item(Sequence(state, value), -1)),
        ["list"] = new([], 0, (state, value, _) => TemplateValues.Items(state, value)),
        ["join"] = new(["d", "attribute"], 0, Join),
        ["reverse"] = new([], 0, (state, value, _) => TemplateValues.Items(state, value).Reverse().ToArray()),
        ["dictsort"] = new([], 0, (state, value, _) => TemplateSorting.SortEntries(state, value)),
        ["sort"] = new(["reverse", "case_sensitive", "attribute"], 0, TemplateSorting.Sort),
        ["unique"] = new([], 0, (state, value, _) => TemplateSorting.Distinct(state, value)),
        ["int"] = new(["default"], 0, (_, value, given) => TemplateNumbers.ToInteger(value, given[0])),
        ["float"] = new(["default"], 0, (_, value, given) => TemplateNumbers.ToNumber(value, given[0])),
        ["abs"] = new([], 0, (_, value, _) => TemplateNumbers.Absolute(value)),
        ["indent"] = OfText(["width", "first", "blank"], 0, TextOperations.Indent),
        ["items"] = new([], 0, (state, value, _) => TemplateMethods.Items(state, value)),
        ["map"] = new(["filter", "attribute", "default"], 0, Map),
        ["select"] = new(["test", "argument"], 0, (state, value, given) => Select(state, value, given, true)),
        ["reject"] = new(["test", "argument"], 0, (state, value, given) => Select(state, value, given, false)),
        ["selectattr"] = new(["attribute", "test", "argument"], 1, (state, value, given) => SelectBy(state, value, given, true)),
        ["rejectattr"] = new(["attribute", "test", "argument"], 1, (state, value, given) => SelectBy(state, value, given, false)),
    };

    /// <summary>Which parameter of a filter names a test; null for filters that take none.</summary>
    public static int? TestParameter(string filter) => filter switch
    {
        "select" or "reject" => 0,
        "selectattr" or "rejectattr" => 1,
        _ => null,
    };

    private static TemplateFunction OfText(
        string[] parameters, int required, Func<RenderState, TemplateString, object?[], object?> apply) =>
        new(parameters, required, (state, value, given) => apply(state, TemplateValues.ToText(state, value), given));

    private static TemplateString Replace(RenderState state, TemplateString text, object?[] given) =>
        TextOperations.Replace(
            state,
            text,
            TemplateValues.ToText(state, given[0]),
            TemplateValues.ToText(state, given[1]),
            given[2] is long count ? count : -1);

    private static long Length(object? value) => value switch
    {
        TemplateString text => TemplateSlices.Count(text.Text),
        IReadOnlyList<object?> list => list.Count,
        TemplateMap map => map.Count,
        Undefined => 0,
        _ => throw new TemplateException($"it counts the items of {TemplateValues.Describe(value)}"),
    };

    private static object? Default(RenderState state, object? value, object?[] given)
    {
        var isAbsent = value is Undefined || (given[1] is true && !TemplateValues.IsTrue(value));
        return !isAbsent ? value : given[0] is Undefined ? TemplateString.Empty : given[0];
    }

    private static TemplateString Join(RenderState state, object? value, object?[] given) => TextOperations.Join(
        state,
        TemplateValues.ToText(state, given[0]),
        given[1] is Undefined ? value : Map(state, value, [Undefined.Value, given[1], Undefined.Value]));

    // The first and last of a list cost nothing; only what has to be listed first is paid for.
    private static object Sequence(RenderState state, object? value) =>
        value is TemplateString or IReadOnlyList<object?> ? value : TemplateValues.Items(state, value);

    private static object?[] Map(RenderState state, object? value, object?[] given)
    {
        var items = TemplateValues.Items(state, value);
        if (given[0] is TemplateString name)
        {
            var filter = All.GetValueOrDefault(name.Text);
            return filter is { Required: 0 }
                ? [.. items.Select(item => filter.Apply(state, item, NothingGiven(filter)))]
                : throw new TemplateException("it maps by a filter that does not exist or needs arguments");
        }

        return [.. items.Select(item => Attribute(item, given[1]) is var found && found is Undefined ? given[2] : found)];
    }

    private static object?[] NothingGiven(TemplateFunction filter)
    {
        var arguments = new object?[filter.Parameters.Length];
        Array.Fill(arguments, Undefined.Value);
        return arguments;
    }

    private static object?[] Select(RenderState state, object? value, object?[] given, bool wanted) =>
        [.. TemplateValues.Items(state, value).Where(item => ValueTests.Holds(state, given[0], item, given[1]) == wanted)];

    private static object?[] SelectBy(RenderState state, object? value, object?[] given, bool wanted) =>
        [.. TemplateValues.Items(state, value).Where(item =>
            ValueTests.Holds(state, given[1], Attribute(item, given[0]), given[2]) == wanted)];

    // A name with points is a path: selectattr('function.name').
    private static object? Attribute(object? item, object? name) => name is TemplateString { Text: var path } && path.Contains('.')
        ? path.Split('.').Aggregate(item, (target, part) => TemplateValues.Member(target, TemplateString.FromTemplate(part)))
        : TemplateValues.Member(item, name);
}
