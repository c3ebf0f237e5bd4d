namespace BatchLLM.Prompts.Templates;

/// <summary>
/// Items and slices of texts and lists by Python's rules: negative counts from the end; texts count code points.
/// </summary>
internal static class TemplateSlices
{
    private const int StepsPerCharacter = 8; // each is a text of its own

    /// <summary>The number of code points of a text.</summary>
    public static long Count(string text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            count -= char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The code points of a text, each as a text.</summary>
    public static object?[] Characters(RenderState state, TemplateString text)
    {
        state.Spend((long)StepsPerCharacter * text.Text.Length);
        var characters = new object?[Count(text.Text)];
        var start = 0;
        for (var i = 0; i < characters.Length; i++)
        {
            var end = Offset(text.Text, start, 1);
            characters[i] = text.Slice(start, end - start);
            start = end;
        }

        return characters;
    }

    /// <summary>The item at an index; undefined outside.</summary>
    public static object? Item(object? target, long index)
    {
        var count = CountOf(target);
        index = index < 0 ? index + count : index;
        if (index < 0 || index >= count)
        {
            return Undefined.Value;
        }

        return target is TemplateString text
            ? SliceText(text, index, index + 1)
            : ((IReadOnlyList<object?>)target!)[(int)index];
    }

    /// <summary>The part from one index to before another, every so many; null for the usual one.</summary>
    /// <exception cref="TemplateException">The value is no list or text, or a step does not suit it.</exception>
    public static object Slice(RenderState state, object? target, long? from, long? to, long? step)
    {
        var count = CountOf(target);
        var stride = step ?? 1;
        if (stride == 0 || (stride != 1 && target is TemplateString))
        {
            throw new TemplateException($"it takes every {stride}th of {TemplateValues.Describe(target)}");
        }

        var lowest = stride > 0 ? 0 : -1;
        var highest = stride > 0 ? count : count - 1;
        var first = Clamp(from, stride > 0 ? lowest : highest, count, lowest, highest);
        var last = Clamp(to, stride > 0 ? highest : lowest, count, lowest, highest);
        return target is TemplateString text
            ? SliceText(text, first, Math.Max(first, last))
            : SliceList(state, (IReadOnlyList<object?>)target!, first, last, stride);
    }

    private static long Clamp(long? index, long absent, long count, long lowest, long highest) => index is not { } value
        ? absent
        : Math.Clamp(value < 0 ? value + count : value, lowest, highest);

    private static List<object?> SliceList(RenderState state, IReadOnlyList<object?> list, long first, long last, long stride)
    {
        var items = new List<object?>();
        stride = Math.Clamp(stride, -list.Count - 1, list.Count + 1);
        for (var at = first; stride > 0 ? at < last : at > last; at += stride)
        {
            state.Spend(1);
            items.Add(list[(int)at]);
        }

        return items;
    }

    private static TemplateString SliceText(TemplateString text, long first, long last)
    {
        var start = Offset(text.Text, 0, first);
        return text.Slice(start, Offset(text.Text, start, last - first) - start);
    }

    /// <summary>The UTF-16 index that lies some code points after another.</summary>
    private static int Offset(string text, int start, long codePoints)
    {
        for (; codePoints > 0; codePoints--)
        {
            start += start + 1 < text.Length && char.IsSurrogatePair(text[start], text[start + 1]) ? 2 : 1;
        }

        return start;
    }

    private static long CountOf(object? target) => target switch
    {
        TemplateString text => Count(text.Text),
        IReadOnlyList<object?> list => list.Count,
        _ => throw new TemplateException($"it takes a part of {TemplateValues.Describe(target)}"),
    };
}
