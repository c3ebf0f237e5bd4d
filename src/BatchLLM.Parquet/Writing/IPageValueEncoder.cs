using BatchLLM.Parquet.Metadata;

namespace BatchLLM.Parquet.Writing;

/// <summary>One way to lay out a page's values. A new one is one new class and one line in <see cref="EncodingChoice"/>.</summary>
internal interface IPageValueEncoder
{
    /// <summary>As page headers name it.</summary>
    ParquetEncoding Encoding { get; }

    /// <summary>Appends the values of one page.</summary>
    /// <param name="chunk">The collected values.</param>
    /// <param name="start">Where the page begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="output">Receives them.</param>
    void Append(ColumnChunkBuilder chunk, PageMark start, PageMark end, ByteBuffer output);
}
