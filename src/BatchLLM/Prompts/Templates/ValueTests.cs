namespace BatchLLM.Prompts.Templates;

/// <summary>The tests that templates may ask.</summary>
internal static class ValueTests
{
    /// <summary>By name.</summary>
    public static readonly IReadOnlyDictionary<string, ValueTest> All = new Dictionary<string, ValueTest>
    {
        ["defined"] = Of(value => value is not Undefined),
        ["undefined"] = Of(value => value is Undefined),
        ["none"] = Of(value => value is null),
        ["mapping"] = Of(value => value is TemplateMap),
        ["iterable"] = Of(IsIterable),
        ["sequence"] = Of(IsIterable),
        ["callable"] = Of(value => value is TemplateMacro or TemplateFunction),
        ["string"] = Of(value => value is TemplateString),
        ["number"] = Of(value => TemplateValues.TryNumber(value, out _)),
        ["integer"] = Of(value => value is long),
        ["float"] = Of(value => value is double),
        ["boolean"] = Of(value => value is bool),
        ["true"] = Of(value => value is true),
        ["false"] = Of(value => value is false),
        ["odd"] = Of(value => value is long integer && integer % 2 != 0),
        ["even"] = Of(value => value is long integer && integer % 2 == 0),
        ["equalto"] = new(true, TemplateComparison.AreEqual),
        ["eq"] = new(true, TemplateComparison.AreEqual),
        ["=="] = new(true, TemplateComparison.AreEqual),
        ["ne"] = new(true, (state, value, other) => !TemplateComparison.AreEqual(state, value, other)),
        ["!="] = new(true, (state, value, other) => !TemplateComparison.AreEqual(state, value, other)),
        ["lt"] = new(true, (_, value, other) => TemplateComparison.Compare(value, other) < 0),
        ["le"] = new(true, (_, value, other) => TemplateComparison.Compare(value, other) <= 0),
        ["gt"] = new(true, (_, value, other) => TemplateComparison.Compare(value, other) > 0),
        ["ge"] = new(true, (_, value, other) => TemplateComparison.Compare(value, other) >= 0),
        ["in"] = new(true, (state, value, container) => TemplateComparison.Contains(state, container, value)),
    };

    /// <summary>Whether a test given by its name holds; truth if no name is given.</summary>
    /// <exception cref="TemplateException">There is no such test.</exception>
    public static bool Holds(RenderState state, object? name, object? value, object? argument)
    {
        if (name is Undefined)
        {
            return TemplateValues.IsTrue(value);
        }

        return name is TemplateString text && All.TryGetValue(text.Text, out var test)
            ? test.Holds(state, value, argument)
            : throw new TemplateException("it selects by a test that does not exist");
    }

    private static ValueTest Of(Predicate<object?> holds) => new(false, (_, value, _) => holds(value));

    // Python iterates over an undefined value as over an empty list.
    private static bool IsIterable(object? value) =>
        value is TemplateString or Undefined or IReadOnlyList<object?> or TemplateMap;
}
