namespace BatchLLM.Prompts.Templates;

/// <summary>The methods that templates may call on texts and maps.</summary>
internal static class TemplateMethods
{
    /// <summary>By name.</summary>
    public static readonly IReadOnlyDictionary<string, TemplateFunction> All = new Dictionary<string, TemplateFunction>
    {
        ["strip"] = OfText(["chars"], 0, (_, text, given) => TextOperations.Trim(text, given[0])),
        ["lstrip"] = OfText(["chars"], 0, (_, text, given) => TextOperations.Trim(text, given[0], end: false)),
        ["rstrip"] = OfText(["chars"], 0, (_, text, given) => TextOperations.Trim(text, given[0], start: false)),
        ["upper"] = OfText([], 0, (_, text, _) => text.WithText(text.Text.ToUpperInvariant())),
        ["lower"] = OfText([], 0, (_, text, _) => text.WithText(text.Text.ToLowerInvariant())),
        ["capitalize"] = OfText([], 0, (_, text, _) => TextOperations.Capitalize(text, eachWord: false)),
        ["title"] = OfText([], 0, (_, text, _) => TextOperations.Capitalize(text, eachWord: true)),
        ["startswith"] = OfText(["prefix"], 1, (_, text, given) =>
            text.Text.StartsWith(Text(given[0]), StringComparison.Ordinal)),
        ["endswith"] = OfText(["suffix"], 1, (_, text, given) =>
            text.Text.EndsWith(Text(given[0]), StringComparison.Ordinal)),
        ["replace"] = OfText(["old", "new", "count"], 2, (state, text, given) => TextOperations.Replace(
            state, text, TemplateValues.ToText(given[0]), TemplateValues.ToText(given[1]), Count(given[2]))),
        ["split"] = OfText(["sep", "maxsplit"], 0, (state, text, given) =>
            TextOperations.Split(state, text, given[0], Count(given[1]))),
        ["items"] = new([], 0, (_, value, _) => Items(value)),
        ["keys"] = new([], 0, (_, value, _) => TemplateValues.Items(Map(value))),
        ["values"] = new([], 0, (_, value, _) => Map(value).Values.ToList()),
        ["get"] = new(["key", "default"], 1, (_, value, given) => Get(Map(value), given)),
    };

    /// <summary>The entries of a map as pairs; none of an undefined one.</summary>
    /// <exception cref="TemplateException">The value is no map.</exception>
    public static IReadOnlyList<object?> Items(object? value) => value is Undefined
        ? []
        : [.. Map(value).Select(entry => new List<object?> { TemplateString.FromTemplate(entry.Key), entry.Value })];

    private static TemplateFunction OfText(
        string[] parameters, int required, Func<RenderState, TemplateString, object?[], object?> apply) =>
        new(parameters, required, (state, value, given) => value is TemplateString text
            ? apply(state, text, given)
            : throw new TemplateException($"it calls a text's method on {TemplateValues.Describe(value)}"));

    private static IReadOnlyDictionary<string, object?> Map(object? value) =>
        value as IReadOnlyDictionary<string, object?>
        ?? throw new TemplateException($"it calls a map's method on {TemplateValues.Describe(value)}");

    private static object? Get(IReadOnlyDictionary<string, object?> map, object?[] given) =>
        given[0] is TemplateString key && map.TryGetValue(key.Text, out var value)
            ? value
            : given[1] is Undefined ? null : given[1];

    private static string Text(object? value) => TemplateValues.ToText(value).Text;

    private static long Count(object? value) => value is long count ? count : -1;
}
