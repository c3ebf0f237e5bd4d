namespace BatchLLM.Prompts.Templates;

/// <summary>The methods that templates may call on texts and maps.</summary>
internal static class TemplateMethods
{
    /// <summary>By name.</summary>
    public static readonly IReadOnlyDictionary<string, TemplateFunction> All = new Dictionary<string, TemplateFunction>
    {
        ["strip"] = OfText(["chars"], 0, (state, text, given) => TextOperations.Trim(state, text, given[0])),
        ["lstrip"] = OfText(["chars"], 0, (state, text, given) => TextOperations.Trim(state, text, given[0], end: false)),
        ["rstrip"] = OfText(["chars"], 0, (state, text, given) => TextOperations.Trim(state, text, given[0], start: false)),
        ["upper"] = OfText([], 0, (_, text, _) => text.WithText(text.Text.ToUpperInvariant())),
        ["lower"] = OfText([], 0, (_, text, _) => text.WithText(text.Text.ToLowerInvariant())),
        ["capitalize"] = OfText([], 0, (_, text, _) => TextOperations.Capitalize(text, eachWord: false)),
        ["title"] = OfText([], 0, (_, text, _) => TextOperations.Capitalize(text, eachWord: true)),
        ["startswith"] = OfText(["prefix"], 1, (state, text, given) =>
            StartsWithAny(state, text.Text, given[0])),
        ["endswith"] = OfText(["suffix"], 1, (state, text, given) =>
            EndsWithAny(state, text.Text, given[0])),
        ["replace"] = OfText(["old", "new", "count"], 2, (state, text, given) => TextOperations.Replace(
            state, text, TemplateValues.ToText(state, given[0]), TemplateValues.ToText(state, given[1]), Count(given[2]))),
        ["split"] = OfText(["sep", "maxsplit"], 0, (state, text, given) =>
            TextOperations.Split(state, text, given[0], Count(given[1]))),
        ["splitlines"] = OfText([], 0, (state, text, _) => TextOperations.SplitLines(state, text)),
        ["join"] = OfText(["items"], 1, (state, text, given) => TextOperations.Join(state, text, given[0])),
        ["find"] = OfText(["part"], 1, (state, text, given) => TextOperations.Find(state, text, given[0])),
        ["items"] = new([], 0, (state, value, _) => Items(state, value)),
        ["keys"] = new([], 0, (state, value, _) => TemplateValues.Items(state, Map(value))),
        ["values"] = new([], 0, (state, value, _) => Values(state, Map(value))),
        ["get"] = new(["key", "default"], 1, (_, value, given) => Get(Map(value), given)),
    };

    /// <summary>The entries of a map as pairs; none of an undefined one.</summary>
    /// <exception cref="TemplateException">The value is no map.</exception>
    public static IReadOnlyList<object?> Items(RenderState state, object? value)
    {
        if (value is Undefined)
        {
            return [];
        }

        var map = Map(value);
        state.Spend(map.Count);
        var pairs = new object?[map.Count];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new[] { map.Keys[i], map.Values[i] };
        }

        return pairs;
    }

    private static TemplateFunction OfText(
        string[] parameters, int required, Func<RenderState, TemplateString, object?[], object?> apply) =>
        new(parameters, required, (state, value, given) => value is TemplateString text
            ? apply(state, text, given)
            : throw new TemplateException($"it calls a text's method on {TemplateValues.Describe(value)}"));

    private static TemplateMap Map(object? value) =>
        value as TemplateMap
        ?? throw new TemplateException($"it calls a map's method on {TemplateValues.Describe(value)}");

    private static object?[] Values(RenderState state, TemplateMap map)
    {
        state.Spend(map.Count);
        return map.Values.ToArray();
    }

    private static object? Get(TemplateMap map, object?[] given) =>
        given[0] is TemplateString key && map.Contains(key.Text)
            ? map[key.Text]
            : given[1] is Undefined ? null : given[1];

    // Python takes one text or several.
    private static bool StartsWithAny(RenderState state, string text, object? prefixes) => prefixes is TemplateString prefix
        ? text.StartsWith(prefix.Text, StringComparison.Ordinal)
        : TemplateValues.Items(state, prefixes).Any(item => text.StartsWith(Text(item), StringComparison.Ordinal));

    private static bool EndsWithAny(RenderState state, string text, object? suffixes) => suffixes is TemplateString suffix
        ? text.EndsWith(suffix.Text, StringComparison.Ordinal)
        : TemplateValues.Items(state, suffixes).Any(item => text.EndsWith(Text(item), StringComparison.Ordinal));

    private static string Text(object? value) => (value as TemplateString)?.Text
        ?? throw new TemplateException($"it compares a text's end with {TemplateValues.Describe(value)}");

    private static long Count(object? value) => value is long count ? count : -1;
}
