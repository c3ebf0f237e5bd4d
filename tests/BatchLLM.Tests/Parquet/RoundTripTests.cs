using BatchLLM.Parquet;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>What is written is read back, whatever the schema, the values, the codec and the page sizes.</summary>
public sealed class RoundTripTests
{
    private const int Tables = 150;

    [Fact]
    public async Task Random_tables_come_back_as_they_were()
    {
        for (var seed = 0; seed < Tables; seed++)
        {
            var table = new RandomTable(seed);
            var reader = await ParquetFiles.OpenAsync(await table.WriteAsync());

            Assert.Equal(
                table.Columns.Select(column => column.Type), reader.Schema.Columns.Select(column => column.Type));
            Assert.Equal(table.Options.KeyValueMetadata, reader.KeyValueMetadata);
            AssertRows(table.Rows, await ReadAsync(reader, 0, long.MaxValue), seed);
        }
    }

    [Fact]
    public async Task Any_range_of_rows_is_what_the_whole_holds_there()
    {
        for (var seed = 0; seed < Tables; seed++)
        {
            var table = new RandomTable(seed);
            var random = new Random(seed);
            var reader = await ParquetFiles.OpenAsync(await table.WriteAsync());
            for (var i = 0; i < 5; i++)
            {
                var first = random.Next(table.Rows.Count + 2);
                var count = random.Next(table.Rows.Count + 2);
                var expected = table.Rows.Skip(first).Take(count).ToList();
                AssertRows(expected, await ReadAsync(reader, first, count), seed);
            }
        }
    }

    [Fact]
    public async Task Columns_come_in_the_order_asked()
    {
        var table = new RandomTable(seed: 5);
        var reader = await ParquetFiles.OpenAsync(await table.WriteAsync());
        var names = table.Columns.ConvertAll(column => column.Name);
        names.Reverse();

        await foreach (var batch in reader.ReadAsync(names))
        {
            Assert.Equal(names, batch.Columns.Select(column => column.Name));
        }
    }

    [Fact]
    public async Task Without_columns_rows_are_still_counted()
    {
        var table = new RandomTable(seed: 5);
        var reader = await ParquetFiles.OpenAsync(await table.WriteAsync());

        Assert.Equal(table.Rows.Count, (await reader.ReadTextAsync([])).Count);
    }

    [Fact]
    public async Task The_same_rows_give_the_same_bytes()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            Assert.Equal(await new RandomTable(seed).WriteAsync(), await new RandomTable(seed).WriteAsync());
        }
    }

    private static async Task<List<object?[]>> ReadAsync(ParquetReader reader, long firstRow, long rowCount)
    {
        var rows = new List<object?[]>();
        await foreach (var batch in reader.ReadAsync(reader.ReadableColumns(), firstRow, rowCount))
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                rows.Add([.. batch.Columns.Select(column => RandomTable.Value(column, row))]);
            }
        }

        return rows;
    }

    private static void AssertRows(List<object?[]> expected, List<object?[]> actual, int seed)
    {
        Assert.True(expected.Count == actual.Count, $"seed {seed}: {actual.Count} rows; expected {expected.Count}");
        for (var row = 0; row < expected.Count; row++)
        {
            Assert.True(expected[row].SequenceEqual(actual[row]), $"seed {seed}: row {row} differs");
        }
    }
}
