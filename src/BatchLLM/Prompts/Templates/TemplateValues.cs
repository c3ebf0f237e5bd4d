using System.Globalization;

namespace BatchLLM.Prompts.Templates;

/// <summary>
/// Template values and what Python says of them. A value is null (None), <see cref="Undefined"/>, bool, long, double,
/// <see cref="TemplateString"/>, a read-only list of values, <see cref="TemplateMap"/>, <see cref="TemplateNamespace"/>,
/// <see cref="TemplateLoop"/> or <see cref="TemplateMacro"/>.
/// </summary>
internal static class TemplateValues
{
    // Conditions make many truth values; boxing each would be most of what a rendering allocates.
    private static readonly object True = true;
    private static readonly object False = false;

    private static readonly TemplateString NoneText = TemplateString.FromTemplate("None");
    private static readonly TemplateString TrueText = TemplateString.FromTemplate("True");
    private static readonly TemplateString FalseText = TemplateString.FromTemplate("False");

    /// <summary>A truth value, boxed once for all.</summary>
    public static object Truth(bool truth) => truth ? True : False;

    /// <summary>Whether a condition holds.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool truth => truth,
        TemplateString text => text.Text.Length > 0,
        long integer => integer != 0,
        double number => number != 0,
        IReadOnlyList<object?> list => list.Count > 0,
        TemplateMap map => map.Count > 0,
        _ => true,
    };

    /// <summary>The value as it is printed.</summary>
    /// <exception cref="TemplateException">It is a function or a namespace, or it is too long.</exception>
    public static TemplateString ToText(RenderState state, object? value) => value switch
    {
        TemplateString text => text,
        Undefined => TemplateString.Empty,
        null => NoneText,
        bool truth => truth ? TrueText : FalseText,
        long integer => TemplateString.FromTemplate(integer.ToString(CultureInfo.InvariantCulture)),
        double number => TemplateString.FromTemplate(NumberText.Of(number)),
        IReadOnlyList<object?> or TemplateMap => new TemplateRepresentation(state).Write(value),
        _ => throw new TemplateException($"it prints {Describe(value)}; expected a text or a number"),
    };

    /// <summary>A member or item of a value; undefined if it has none by that name or index.</summary>
    /// <exception cref="TemplateException">The value itself is undefined, or cannot have members.</exception>
    public static object? Member(object? target, object? key) => (target, key) switch
    {
        (TemplateMap map, TemplateString name) => map[name.Text],
        (TemplateNamespace space, TemplateString name) =>
            space.Members.TryGetValue(name.Text, out var value) ? value : Undefined.Value,
        (TemplateLoop loop, TemplateString name) => loop.Member(name.Text),
        (TemplateString or IReadOnlyList<object?>, long index) => TemplateSlices.Item(target, index),
        (Undefined, _) => throw new TemplateException("it takes a member of an undefined value"),
        _ => Undefined.Value,
    };

    /// <summary>The items that a loop or a filter goes through; a map's are its keys, a text's its characters.</summary>
    /// <exception cref="TemplateException">The value has no items.</exception>
    public static IReadOnlyList<object?> Items(RenderState state, object? value)
    {
        var items = value switch
        {
            IReadOnlyList<object?> list => list,
            TemplateMap map => map.Keys.ToArray(),
            TemplateString text => TemplateSlices.Characters(state, text),
            Undefined => [],
            _ => throw new TemplateException($"it goes through the items of {Describe(value)}"),
        };
        state.Spend(items.Count);
        return items;
    }

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
        TemplateMap => "a map",
        TemplateNamespace => "a namespace",
        _ => "a function",
    };
}
