namespace BatchLLM.Prompts.Templates;

/// <summary>Texts to values, in the order they were set; the keys remember where they came from.</summary>
/// <param name="keys">The first keys, all different; may be shared, for it is never written to.</param>
/// <param name="values">Their values.</param>
internal sealed class TemplateMap(TemplateString[] keys, object?[] values)
{
    // Up to here, comparing one after the other is faster than hashing.
    private const int MostCompared = 8;

    private Dictionary<string, int>? _index;

    /// <summary>The number of entries.</summary>
    public int Count { get; private set; } = keys.Length;

    /// <summary>The keys.</summary>
    public ReadOnlySpan<TemplateString> Keys => keys.AsSpan(0, Count);

    /// <summary>The values, in the order of the keys.</summary>
    public ReadOnlySpan<object?> Values => values.AsSpan(0, Count);

    /// <summary>The value of a key; undefined if there is none.</summary>
    public object? this[string key] => Find(key) is >= 0 and var at ? values[at] : Undefined.Value;

    /// <summary>Whether there is such a key.</summary>
    public bool Contains(string key) => Find(key) >= 0;

    /// <summary>Sets a key's value; a new key comes last.</summary>
    public void Set(TemplateString key, object? value)
    {
        var at = Find(key.Text);
        if (at >= 0)
        {
            values[at] = value;
            return;
        }

        if (Count == keys.Length)
        {
            Array.Resize(ref keys, Math.Max(4, Count * 2));
            Array.Resize(ref values, keys.Length);
        }

        (keys[Count], values[Count]) = (key, value);
        _index?.Add(key.Text, Count);
        Count++;
    }

    private int Find(string key)
    {
        if (Count > MostCompared)
        {
            _index ??= Enumerable.Range(0, Count).ToDictionary(i => keys[i].Text, StringComparer.Ordinal);
            return _index.TryGetValue(key, out var found) ? found : -1;
        }

        for (var i = 0; i < Count; i++)
        {
            if (keys[i].Text == key)
            {
                return i;
            }
        }

        return -1;
    }
}
