using BatchLLM.Parquet.Metadata;

namespace BatchLLM.Parquet.Reading;

/// <summary>The data pages of a chunk that hold a range of rows, by the chunk's index.</summary>
/// <param name="Page">0-based number of the first of them among the data pages.</param>
/// <param name="FirstRow">Its first row in the row group.</param>
/// <param name="RowCount">Its rows.</param>
/// <param name="Dictionary">What stands before the chunk's first data page; empty without a dictionary.</param>
/// <param name="Pages">The pages.</param>
internal sealed record PageSpan(int Page, long FirstRow, long RowCount, ByteRange Dictionary, ByteRange Pages)
{
    /// <summary>Finds the pages of a range of rows.</summary>
    /// <param name="index">All data pages of the chunk.</param>
    /// <param name="chunk">Where the chunk stands, by the footer.</param>
    /// <param name="groupRows">Rows of the row group.</param>
    /// <param name="firstRow">The first row wanted, in the row group.</param>
    /// <param name="endRow">The row behind the last one wanted.</param>
    /// <returns>
    /// Null if the index contradicts itself or the footer: then it is as if there were none, because the pages themselves
    /// say all that is needed.
    /// </returns>
    public static PageSpan? Find(
        List<PageLocation> index, ByteRange chunk, long groupRows, long firstRow, long endRow)
    {
        if (!IsSound(index, chunk, groupRows))
        {
            return null;
        }

        var first = index.FindLastIndex(page => page.FirstRow <= firstRow);
        var last = index.FindLastIndex(page => page.FirstRow < endRow);
        var next = first + 1 < index.Count ? index[first + 1].FirstRow : groupRows;
        return new PageSpan(
            first,
            index[first].FirstRow,
            next - index[first].FirstRow,
            chunk with { End = index[0].Offset },
            new ByteRange(index[first].Offset, index[last].Offset + index[last].Size));
    }

    /// <summary>Pages follow each other, each with at least one row.</summary>
    private static bool IsSound(List<PageLocation> index, ByteRange chunk, long groupRows)
    {
        if (index.Count == 0 || index[0].FirstRow != 0 || index[^1].FirstRow >= groupRows)
        {
            return false;
        }

        var (end, row) = (chunk.Start, -1L);
        foreach (var page in index)
        {
            if (page.Size <= 0 || page.Offset < end || page.FirstRow <= row || page.Offset > chunk.End - page.Size)
            {
                return false;
            }

            (end, row) = (page.Offset + page.Size, page.FirstRow);
        }

        return true;
    }
}
