using System.Runtime.CompilerServices;

namespace BatchLLM.Prompts.Templates;

/// <summary>How template values compare: as Python's do. What comparing costs is paid for.</summary>
internal static class TemplateComparison
{
    /// <summary>Whether a comparison holds.</summary>
    /// <exception cref="TemplateException">The values are of kinds that do not compare.</exception>
    public static bool Holds(RenderState state, string operation, object? left, object? right) => operation switch
    {
        "==" => AreEqual(state, left, right),
        "!=" => !AreEqual(state, left, right),
        "in" => Contains(state, right, left),
        "not in" => !Contains(state, right, left),
        "<" => Compare(left, right) < 0,
        "<=" => Compare(left, right) <= 0,
        ">" => Compare(left, right) > 0,
        _ => Compare(left, right) >= 0,
    };

    /// <summary>Whether two values are equal; texts by their characters, wherever they came from.</summary>
    public static bool AreEqual(RenderState state, object? left, object? right)
    {
        switch (left, right)
        {
            case (TemplateString first, TemplateString second):
                return AreEqual(state, first.Text, second.Text);
            case (IReadOnlyList<object?> first, IReadOnlyList<object?> second):
                return first.Count == second.Count && AreEqual(state, first, second);
            case (TemplateMap first, TemplateMap second):
                return first.Count == second.Count && AreEqual(state, first, second);
            default:
                return TemplateValues.TryNumber(left, out var one) && TemplateValues.TryNumber(right, out var other)
                    ? one == other
                    : ReferenceEquals(left, right);
        }
    }

    /// <summary>How two numbers or two texts are ordered; negative if the left one is less.</summary>
    /// <exception cref="TemplateException">They are of other kinds.</exception>
    public static int Compare(object? left, object? right) => (left, right) switch
    {
        (long first, long second) => first.CompareTo(second),
        (TemplateString first, TemplateString second) => string.CompareOrdinal(first.Text, second.Text),
        _ when TemplateValues.TryNumber(left, out var first) && TemplateValues.TryNumber(right, out var second) =>
            first.CompareTo(second),
        _ => throw new TemplateException(
            $"it orders {TemplateValues.Describe(left)} and {TemplateValues.Describe(right)}"),
    };

    /// <summary>Whether a text, list or map holds a value.</summary>
    /// <exception cref="TemplateException">The container is of another kind.</exception>
    public static bool Contains(RenderState state, object? container, object? value) => (container, value) switch
    {
        (TemplateString text, TemplateString part) => TextOperations.Find(state, text.Text, part.Text) >= 0,
        (IReadOnlyList<object?> list, _) => TemplateValues.Items(state, list).Any(item => AreEqual(state, item, value)),
        (TemplateMap map, _) => value is TemplateString key && map.Contains(key.Text),
        (TemplateNamespace space, _) => value is TemplateString key && space.Members.ContainsKey(key.Text),
        (Undefined, _) => false,
        _ => throw new TemplateException(
            $"it looks for {TemplateValues.Describe(value)} in {TemplateValues.Describe(container)}"),
    };

    private static bool AreEqual(RenderState state, string left, string right)
    {
        state.SpendText(left.Length == right.Length ? left.Length : 0);
        return left == right;
    }

    private static bool AreEqual(RenderState state, IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        state.Spend(1);
        for (var i = 0; i < left.Count; i++)
        {
            state.Spend(1);
            if (!AreEqual(state, left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreEqual(RenderState state, TemplateMap left, TemplateMap right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        state.Spend(1);
        for (var i = 0; i < left.Count; i++)
        {
            state.Spend(1);
            var key = left.Keys[i].Text;
            if (!right.Contains(key) || !AreEqual(state, left.Values[i], right[key]))
            {
                return false;
            }
        }

        return true;
    }
}
