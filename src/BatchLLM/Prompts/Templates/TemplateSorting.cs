namespace BatchLLM.Prompts.Templates;

/// <summary>The filters that order values or drop equal ones.</summary>
internal static class TemplateSorting
{
    private const int StepsPerItem = 32; // comparisons of a sort that goes through a long list

    /// <summary>The entries of a map in the order of their keys, whatever their case.</summary>
    public static object?[] SortEntries(RenderState state, object? map)
    {
        var entries = TemplateMethods.Items(state, map);
        return Order(state, entries, entry => ((IReadOnlyList<object?>)entry!)[0], isCaseSensitive: false);
    }

    /// <summary>The items in order; texts whatever their case unless asked.</summary>
    public static object?[] Sort(RenderState state, object? value, object?[] given)
    {
        var items = TemplateValues.Items(state, value);
        var sorted = Order(
            state,
            items,
            item => given[2] is Undefined ? item : TemplateValues.Member(item, given[2]),
            isCaseSensitive: given[1] is true);
        return given[0] is true ? [.. sorted.Reverse()] : sorted;
    }

    /// <summary>The items without those that equal an earlier one; texts whatever their case.</summary>
    public static object?[] Distinct(RenderState state, object? value)
    {
        var kept = new List<object?>();
        foreach (var item in TemplateValues.Items(state, value))
        {
            state.Spend(kept.Count);
            if (!kept.Any(earlier => TemplateComparison.AreEqual(state, Folded(earlier), Folded(item))))
            {
                kept.Add(item);
            }
        }

        return [.. kept];
    }

    private static object?[] Order(
        RenderState state, IReadOnlyList<object?> items, Func<object?, object?> key, bool isCaseSensitive)
    {
        state.Spend((long)StepsPerItem * items.Count);
        var order = Comparer<object?>.Create((left, right) => Compare(state, left, right));
        return [.. items.OrderBy(item => isCaseSensitive ? key(item) : Folded(key(item)), order)];
    }

    private static int Compare(RenderState state, object? left, object? right)
    {
        state.SpendText(left is TemplateString text ? text.Text.Length : 0);
        return TemplateComparison.Compare(left, right);
    }

    private static object? Folded(object? value) =>
        value is TemplateString text ? text.WithText(text.Text.ToLowerInvariant()) : value;
}
