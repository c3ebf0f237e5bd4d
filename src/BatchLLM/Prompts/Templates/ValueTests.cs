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
        ["mapping"] = Of(value => value is IReadOnlyDictionary<string, object?>),
        ["iterable"] = Of(IsIterable),
        ["sequence"] = Of(IsIterable),
        ["string"] = Of(value => value is TemplateString),
        ["number"] = Of(value => TemplateValues.TryNumber(value, out _)),
        ["integer"] = Of(value => value is long),
        ["float"] = Of(value => value is double),
        ["boolean"] = Of(value => value is bool),
        ["true"] = Of(value => value is true),
        ["false"] = Of(value => value is false),
        ["odd"] = Of(value => value is long integer && integer % 2 != 0),
        ["even"] = Of(value => value is long integer && integer % 2 == 0),
        ["equalto"] = new(true, TemplateValues.AreEqual),
        ["eq"] = new(true, TemplateValues.AreEqual),
        ["=="] = new(true, TemplateValues.AreEqual),
        ["ne"] = new(true, (value, other) => !TemplateValues.AreEqual(value, other)),
        ["!="] = new(true, (value, other) => !TemplateValues.AreEqual(value, other)),
        ["in"] = new(true, (value, container) => TemplateValues.Contains(container, value)),
    };

    /// <summary>Whether a test given by its name holds; truth if no name is given.</summary>
    /// <exception cref="TemplateException">There is no such test.</exception>
    public static bool Holds(object? name, object? value, object? argument)
    {
        if (name is Undefined)
        {
            return TemplateValues.IsTrue(value);
        }

        return name is TemplateString text && All.TryGetValue(text.Text, out var test)
            ? test.Holds(value, argument)
            : throw new TemplateException("it selects by a test that does not exist");
    }

    private static ValueTest Of(Predicate<object?> holds) => new(false, (value, _) => holds(value));

    // Python iterates over an undefined value as over an empty list.
    private static bool IsIterable(object? value) =>
        value is TemplateString or Undefined or IReadOnlyList<object?> or IReadOnlyDictionary<string, object?>;
}
