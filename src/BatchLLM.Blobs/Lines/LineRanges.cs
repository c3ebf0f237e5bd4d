using System.Runtime.CompilerServices;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Lines;

/// <summary>Lines to ranges and back to rows, for every format of one record a line.</summary>
internal static class LineRanges
{
    /// <summary>The lines still to come, as ranges of at most so many rows.</summary>
    public static async IAsyncEnumerable<RowRange> CutAsync(
        LineReader lines, int rowsPerRange, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var range = new RowRange(FirstRow: 1, RowCount: 0, ByteOffset: 0, FirstLine: 0);
        while (await lines.MoveNextAsync(cancellationToken))
        {
            range = lines.IsBlank ? range : Extend(range, lines);
            if (range.RowCount == rowsPerRange)
            {
                yield return range;
                range = new RowRange(range.FirstRow + range.RowCount, 0, 0, 0);
            }
        }

        if (range.RowCount > 0)
        {
            yield return range;
        }
    }

    /// <summary>The rows of a range.</summary>
    /// <param name="source">Opens the file.</param>
    /// <param name="uri">The file.</param>
    /// <param name="range">Which rows.</param>
    /// <param name="read">Makes a row of the current line.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="BatchLLMException">The file ends before the range does.</exception>
    public static async IAsyncEnumerable<Row> ReadAsync(
        LineSource source,
        string uri,
        RowRange range,
        Func<LineReader, RowLocation, Row> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lines = await source.OpenAsync(uri, range, cancellationToken);
        var rows = 0L;
        try
        {
            while (rows < range.RowCount)
            {
                if (!await lines.MoveNextAsync(cancellationToken))
                {
                    throw Shorter(uri, range.FirstRow + rows, lines.LineOffset);
                }

                if (!lines.IsBlank)
                {
                    yield return read(lines, new RowLocation(uri, range.FirstRow + rows, lines.LineNumber));
                    rows++;
                }
            }
        }
        finally
        {
            await source.CloseAsync(uri, lines, rows == range.RowCount);
        }
    }

    private static RowRange Extend(RowRange range, LineReader lines) => range.RowCount == 0
        ? range with { RowCount = 1, ByteOffset = lines.LineOffset, FirstLine = lines.LineNumber }
        : range with { RowCount = range.RowCount + 1 };

    private static BatchLLMException Shorter(string uri, long row, long length) => new(
        $"{uri} has changed: it ends after {length} bytes, before row {row}, which it had when the " +
        "job was created; restore the file, or submit the job again.");
}
