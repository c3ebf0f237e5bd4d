using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs;

/// <summary>Whole readings in one line.</summary>
internal static class RowReading
{
    public static async Task<List<RowRange>> RangesAsync(this IRowReader reader, string uri, int rowsPerRange = 1024) =>
        await reader.SplitAsync(uri, rowsPerRange, TestContext.Current.CancellationToken).ToListAsync();

    public static async Task<List<Row>> RowsAsync(
        this IRowReader reader, string uri, int rowsPerRange = 1024, params string[] columns)
    {
        var rows = new List<Row>();
        var wanted = columns.Length == 0 ? null : columns.ToHashSet();
        foreach (var range in await reader.RangesAsync(uri, rowsPerRange))
        {
            var read = reader.ReadAsync(uri, range, wanted, TestContext.Current.CancellationToken);
            rows.AddRange(await read.ToListAsync(TestContext.Current.CancellationToken));
        }

        return rows;
    }
}
