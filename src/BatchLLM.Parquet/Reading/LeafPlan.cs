using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>What is read of one chunk.</summary>
/// <param name="Values">Receives the values.</param>
/// <param name="Chunk">The chunk, checked to lie in the file.</param>
/// <param name="GroupRows">Rows of the row group.</param>
/// <param name="IsWhole">True if all its pages are wanted.</param>
/// <param name="Span">Those that are wanted; null if that is not known, or all are.</param>
internal sealed record LeafPlan(
    ColumnValues Values, ChunkLocation Chunk, long GroupRows, bool IsWhole, PageSpan? Span)
{
    /// <summary>What is certain to be read.</summary>
    public IEnumerable<ByteRange> Wanted =>
        Span is not null ? [Span.Dictionary, Span.Pages]
        : IsWhole ? [new ByteRange(Chunk.Start, Chunk.ExpectedEnd)]
        : [];
}
