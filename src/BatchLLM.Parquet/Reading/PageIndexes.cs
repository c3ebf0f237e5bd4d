using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// Finds, for a range of rows that is only part of a row group, the pages that hold it, where the file has indexes of its
/// pages.
/// </summary>
internal static class PageIndexes
{
    /// <summary>No index of a page for every few rows is as large.</summary>
    private const int MostBytes = 16 << 20;

    /// <summary>Reads the indexes of chunks of one row group.</summary>
    /// <param name="source">The file.</param>
    /// <param name="chunks">The chunks.</param>
    /// <param name="groupRows">Rows of the row group.</param>
    /// <param name="part">The rows that are wanted.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>For each chunk its pages; null where there is no index of use.</returns>
    public static async ValueTask<List<PageSpan?>> FindAsync(
        IParquetSource source,
        List<ChunkLocation> chunks,
        long groupRows,
        RowGroupPart part,
        CancellationToken cancellationToken)
    {
        var indexes = new CoalescedSource(source, chunks.Where(IsUseful).Select(chunk => chunk.OffsetIndex));
        var spans = new List<PageSpan?>(chunks.Count);
        foreach (var chunk in chunks)
        {
            var pages = IsUseful(chunk) ? await ReadAsync(indexes, chunk.OffsetIndex, cancellationToken) : [];
            var range = new ByteRange(chunk.Start, chunk.ExpectedEnd);
            spans.Add(PageSpan.Find(pages, range, groupRows, part.FirstRow, part.EndRow));
        }

        return spans;
    }

    private static bool IsUseful(ChunkLocation chunk) =>
        chunk.OffsetIndex is { Length: > 0 and <= MostBytes, Start: > 0 } index && index.End <= chunk.HardEnd;

    private static async ValueTask<List<PageLocation>> ReadAsync(
        CoalescedSource source, ByteRange range, CancellationToken cancellationToken)
    {
        var bytes = new byte[range.Length];
        await source.ReadExactlyAsync(range.Start, bytes, cancellationToken);
        return Decode(bytes);
    }

    private static List<PageLocation> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        var pages = PageLocation.ReadAll(ref reader);
        return reader.IsGood ? pages : [];
    }
}
