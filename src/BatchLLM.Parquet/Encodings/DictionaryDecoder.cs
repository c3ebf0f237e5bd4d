using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>Dictionary indices: a byte with their width in bits, then hybrid runs.</summary>
internal sealed class DictionaryDecoder : ValueDecoder
{
    private const int MaxBitWidth = 32;

    private readonly PageValues _page;
    private readonly PageDictionary _dictionary;
    private readonly HybridDecoder _indices;

    /// <param name="page">The data page.</param>
    /// <param name="dictionary">The decoded dictionary.</param>
    public DictionaryDecoder(PageValues page, PageDictionary dictionary)
    {
        (_page, _dictionary) = (page, dictionary);

        // A page of nulls alone may have no values at all, not even their width.
        var isEmpty = page.Start == page.End;
        var bitWidth = isEmpty ? 1 : page.Data[page.Start];
        if (bitWidth > MaxBitWidth)
        {
            throw page.Place.Damaged($"dictionary indices have {bitWidth} bits; expected at most {MaxBitWidth}");
        }

        var start = isEmpty ? page.Start : page.Start + 1;
        _indices = new HybridDecoder(page.Data, start..page.End, bitWidth, page.Place);
    }

    /// <inheritdoc/>
    public override void Read(ColumnValues target, int count)
    {
        var indices = target.Indices.AsSpan(0, count);
        _indices.Read(indices);
        target.Bytes = _dictionary.Bytes;
        if (_page.Type.IsBytes)
        {
            Gather(indices, _dictionary.Slices, target.Slices);
        }
        else
        {
            Gather(indices, _dictionary.Numbers, target.Numbers);
        }
    }

    private void Gather<T>(ReadOnlySpan<int> indices, ReadOnlySpan<T> entries, Span<T> destination)
    {
        for (var i = 0; i < indices.Length; i++)
        {
            var index = indices[i];
            if ((uint)index >= (uint)entries.Length)
            {
                throw _page.Place.Damaged(
                    $"an index into the dictionary is {(uint)index}; expected less than its {entries.Length} entries");
            }

            destination[i] = entries[index];
        }
    }
}
