using BatchLLM.Blobs;
using BatchLLM.Jobs;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs;

public sealed class PartitionedRowReaderTests
{
    private const string Uri = "memory:/mail/dt=2026-11-20/lang=__HIVE_DEFAULT_PARTITION__/rows.jsonl";

    [Theory]
    [InlineData("a:1 dt:2026-11-20 lang:")]
    [InlineData("a:1 dt:2026-11-20", "a", "dt", "absent")]
    [InlineData("dt:2026-11-20", "dt")]
    [InlineData("a:1", "a")]
    public async Task Rows_have_the_columns_of_their_path_that_are_asked_for(string expected, params string[] columns) =>
        Assert.Equal(expected, Text(Assert.Single(await ReadAsync("{\"a\":1}\n", columns))));

    [Fact]
    public async Task A_column_of_the_same_name_in_the_file_is_hidden()
    {
        var row = Assert.Single(await ReadAsync("{\"dt\":\"yesterday\",\"lang\":\"de\"}\n", []));

        Assert.Equal("dt:2026-11-20 lang:", Text(row));
    }

    [Fact]
    public async Task An_unreadable_row_stays_without_columns()
    {
        var rows = await ReadAsync("{\"a\":\n{\"a\":2}\n", []);

        Assert.Equal([RowErrorCodes.InvalidJson, null], rows.Select(row => row.Error?.Code));
        Assert.Empty(rows[0].Columns);
    }

    private static Task<List<Row>> ReadAsync(string text, string[] columns) => RowReaders
        .For(DataFormat.Jsonl, new MemoryBlob(System.Text.Encoding.UTF8.GetBytes(text))).RowsAsync(Uri, columns: columns);

    private static string Text(Row row) => string.Join(' ', row.Columns.Select(column => $"{column.Key}:{column.Value}").Order());
}
