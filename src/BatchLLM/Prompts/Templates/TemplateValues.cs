using System.Globalization;

namespace BatchLLM.Prompts.Templates;

/// <summary>
/// Template values and what Python says of them. A value is null (None), <see cref="Undefined"/>, bool, long, double,
/// <see cref="TemplateString"/>, a read-only list of values, a dictionary from text to values,
/// <see cref="TemplateNamespace"/> or <see cref="TemplateLoop"/>.
/// </summary>
internal static class TemplateValues
{
    /// <summary>Whether a condition holds.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool truth => truth,
        long integer => integer != 0,
        double number => number != 0,
        TemplateString text => text.Text.Length > 0,
        IReadOnlyList<object?> list => list.Count > 0,
        IReadOnlyDictionary<string, object?> map => map.Count > 0,
        _ => true,
    };

    /// <summary>The value as it is printed.</summary>
    /// <exception cref="TemplateException">It is a list, a map or a function.</exception>
    public static TemplateString ToText(object? value) => value switch
    {
        TemplateString text => text,
        Undefined => TemplateString.Empty,
        null => TemplateString.FromTemplate("None"),
        bool truth => TemplateString.FromTemplate(truth ? "True" : "False"),
        long integer => TemplateString.FromTemplate(integer.ToString(CultureInfo.InvariantCulture)),
        double number => TemplateString.FromTemplate(NumberText(number)),
        _ => throw new TemplateException($"it prints {Describe(value)}; expected a text or a number, or | tojson"),
    };

    /// <summary>A double in its shortest form, always with a point or an exponent.</summary>
    public static string NumberText(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return double.IsInteger(number) && !text.Contains('E') ? text + ".0" : text;
    }

    /// <summary>Whether two values are equal; texts by their characters, wherever they came from.</summary>
    /// <exception cref="TemplateException">
    /// They are lists or maps with as many entries, which is not supported.
    /// </exception>
    public static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (TemplateString first, TemplateString second) => first.Text == second.Text,
        (IReadOnlyList<object?> first, IReadOnlyList<object?> second) => AreBothEmpty(first.Count, second.Count),
        (IReadOnlyDictionary<string, object?> first, IReadOnlyDictionary<string, object?> second) =>
            AreBothEmpty(first.Count, second.Count),
        _ when TryNumber(left, out var first) && TryNumber(right, out var second) => first == second,
        _ => ReferenceEquals(left, right),
    };

    /// <summary>How two numbers or two texts are ordered; negative if the left one is less.</summary>
    /// <exception cref="TemplateException">They are of other kinds.</exception>
    public static int Compare(object? left, object? right) => (left, right) switch
    {
        (long first, long second) => first.CompareTo(second),
        (TemplateString first, TemplateString second) => string.CompareOrdinal(first.Text, second.Text),
        _ when TryNumber(left, out var first) && TryNumber(right, out var second) => first.CompareTo(second),
        _ => throw new TemplateException($"it orders {Describe(left)} and {Describe(right)}"),
    };

    /// <summary>Whether a text, list or map holds a value.</summary>
    /// <exception cref="TemplateException">The container is of another kind.</exception>
    public static bool Contains(object? container, object? value) => (container, value) switch
    {
        (TemplateString text, TemplateString part) => text.Text.Contains(part.Text, StringComparison.Ordinal),
        (IReadOnlyList<object?> list, _) => list.Any(item => AreEqual(item, value)),
        (IReadOnlyDictionary<string, object?> map, _) => value is TemplateString key && map.ContainsKey(key.Text),
        (TemplateNamespace space, _) => value is TemplateString key && space.Members.ContainsKey(key.Text),
        (Undefined, _) => false,
        _ => throw new TemplateException($"it looks for {Describe(value)} in {Describe(container)}"),
    };

    /// <summary>The items that a loop or a filter goes through; a map's are its keys.</summary>
    /// <exception cref="TemplateException">The value has no items.</exception>
    public static IReadOnlyList<object?> Items(object? value) => value switch
    {
        IReadOnlyList<object?> list => list,
        IReadOnlyDictionary<string, object?> map => [.. map.Keys.Select(TemplateString.FromTemplate)],
        Undefined => [],
        _ => throw new TemplateException($"it goes through the items of {Describe(value)}"),
    };

    /// <summary>A number as Python would calculate with it; true counts as one.</summary>
    public static bool TryNumber(object? value, out double number)
    {
        (var found, number) = value switch
        {
            long integer => (true, integer),
            double real => (true, real),
            bool truth => (true, truth ? 1 : 0),
            _ => (false, 0d),
        };
        return found;
    }

    /// <summary>What kind of value this is, in words; never its text.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "none",
        Undefined => "an undefined value",
        bool => "a truth value",
        long or double => "a number",
        TemplateString => "a text",
        IReadOnlyList<object?> => "a list",
        IReadOnlyDictionary<string, object?> => "a map",
        TemplateNamespace => "a namespace",
        _ => "a function",
    };

    // Comparing members would need a bound of its own: lists that hold each other twice grow without limit.
    private static bool AreBothEmpty(int left, int right) => left == right && (left == 0
        ? true
        : throw new TemplateException("it compares two lists or maps; expected texts or numbers"));
}
