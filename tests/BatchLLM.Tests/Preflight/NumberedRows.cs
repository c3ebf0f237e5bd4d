using System.Runtime.CompilerServices;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Tests.Preflight;

/// <summary>Rows that exist only while they are read, so that a test of memory sees nothing but what it tests.</summary>
/// <param name="rows">How many.</param>
internal sealed class NumberedRows(long rows) : IRowReader
{
    public async IAsyncEnumerable<RowRange> SplitAsync(
        string uri, int rowsPerRange, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        for (var first = 1L; first <= rows; first += rowsPerRange)
        {
            yield return new RowRange(first, Math.Min(rowsPerRange, rows - first + 1), 0, 0);
        }
    }

    public async IAsyncEnumerable<Row> ReadAsync(
        string uri, RowRange range, IReadOnlySet<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        for (var row = range.FirstRow; row < range.FirstRow + range.RowCount; row++)
        {
            var values = new Dictionary<string, RowValue> { ["id"] = RowValue.FromInteger(row) };
            yield return new Row(new RowLocation(uri, row, null), values, null);
        }
    }

    /// <summary>A prompt of 20 tokens that no other row has: ten that all share, and the number's.</summary>
    public static WindowRow Prepare(Row row)
    {
        var tokens = new int[20];
        tokens[10] = (int)row.Location.RowNumber;
        return new WindowRow(row.Location, [], tokens, new SamplingParameters(), null);
    }
}
