using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;

namespace BatchLLM.Parquet.Writing;

/// <summary>RLE_DICTIONARY: a byte with the width of an index in bits, then hybrid runs of indices.</summary>
internal sealed class DictionaryIndexEncoder : IPageValueEncoder
{
    /// <inheritdoc/>
    public ParquetEncoding Encoding => ParquetEncoding.RLE_DICTIONARY;

    /// <inheritdoc/>
    public void Append(ColumnChunkBuilder chunk, PageMark start, PageMark end, ByteBuffer output)
    {
        var bitWidth = HybridEncoder.BitWidth(chunk.Dictionary.Count - 1);
        output.Append((byte)bitWidth);
        HybridEncoder.Encode(chunk.Dictionary.Indices[start.Values..end.Values], bitWidth, output);
    }
}
