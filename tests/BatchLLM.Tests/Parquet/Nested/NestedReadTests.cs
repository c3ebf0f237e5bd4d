using BatchLLM.Parquet;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using Xunit;

namespace BatchLLM.Tests.Parquet.Nested;

/// <summary>Nested columns, by levels that stand in the test.</summary>
public sealed class NestedReadTests
{
    private const int Files = 60;

    [Fact]
    public async Task What_the_levels_of_the_format_say_is_read_whatever_the_pages()
    {
        for (var seed = 0; seed < Files; seed++)
        {
            var table = new RandomNesting(seed);
            var reader = await ParquetFiles.OpenAsync(table.Bytes);
            AssertRows(table.Rows, await reader.ReadTextAsync(reader.ReadableColumns()), $"seed {seed}");
        }
    }

    [Fact]
    public async Task Rows_are_read_from_any_to_any()
    {
        for (var seed = 0; seed < Files; seed++)
        {
            var table = new RandomNesting(seed);
            var reader = await ParquetFiles.OpenAsync(table.Bytes);
            var random = new Random(seed);
            var first = random.Next(table.Rows.Count + 1);
            var count = random.Next(table.Rows.Count - first + 1);
            var rows = await reader.ReadTextAsync(reader.ReadableColumns(), first, count);
            AssertRows(table.Rows.GetRange(first, count), rows, $"seed {seed}, {count} rows from {first}");
        }
    }

    [Fact]
    public async Task A_member_of_a_struct_is_read_by_its_path()
    {
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes("duckdb/nested_v2_zstd.parquet"));

        var rows = await reader.ReadTextAsync(["user.name", "user.born", "user.born.day"], firstRow: 4, rowCount: 3);

        Assert.Equal(
            [
                ["user 4", """{"day":"1970-01-03","at":"00:00:04.500"}""", "1970-01-03"],
                [null, null, null],
                ["user 6", """{"day":"1970-01-05","at":"00:00:06.500"}""", "1970-01-05"],
            ],
            rows);
    }

    [Fact]
    public async Task Large_rows_make_small_batches()
    {
        // Lists of 5,000 elements each, so that 1,024 rows would be 5 million.
        var leaf = List();
        for (var row = 0; row < 300; row++)
        {
            leaf.Pages.Add([.. Enumerable.Range(0, 5000).Select(i => new Entry(i == 0 ? 0 : 1, 1, Int32(i)))]);
        }

        var reader = await OpenAsync(300, leaf);
        var (rows, most) = (0, 0);
        await foreach (var batch in reader.ReadAsync(["a"]))
        {
            rows += batch.RowCount;
            most = Math.Max(most, batch.Columns[0].Children[0].RowCount);
            Assert.Equal(5000, batch.Columns[0].GetElements(batch.RowCount - 1).GetOffsetAndLength(int.MaxValue).Length);
        }

        Assert.Equal(300, rows);
        Assert.InRange(most, 5000, 100_000);
    }

    [Theory]
    [InlineData("1:1", "the first repetition level is 1; expected 0")]
    [InlineData("0:0 1:1", "repetition level 1 joins definition levels 0 and 1; expected at least 1")]
    [InlineData("0:1 1:0", "repetition level 1 joins definition levels 1 and 0; expected at least 1")]
    [InlineData("0:1 0:1 0:1", "the chunk's levels go on after the row group's last row")]
    [InlineData("0:1 1:1", "the chunk's levels end 1 rows too early")]
    public async Task Levels_that_make_no_rows_are_refused(string entries, string found)
    {
        var leaf = List();
        leaf.Pages.Add(Parse(entries));
        var reader = await OpenAsync(rows: 2, leaf.EntryCount < 2 ? leaf with { ClaimedValues = 2 } : leaf);

        var refusal = await Assert.ThrowsAsync<ParquetException>(() => reader.ReadTextAsync(["a"]));

        Assert.StartsWith("nested.parquet: column 'a', row group 0, page 0: ", refusal.Message);
        Assert.Contains(found, refusal.Message);
    }

    [Fact]
    public async Task A_level_beyond_the_schema_is_refused()
    {
        // Levels to 2 take two bits, which hold 3 as well.
        SchemaElement[] elements =
        [
            new("a") { Repetition = Repetition.Optional, ChildCount = 1 },
            new("b") { Repetition = Repetition.Optional, Type = ParquetPhysicalType.Int32 },
        ];
        var leaf = new LeafChunk(ParquetPhysicalType.Int32, 0, 2) { Pages = { Parse("0:3 0:1") } };
        var reader = await ParquetFiles.OpenAsync(new NestedFile(elements, 1).Add(2, leaf).Write());

        foreach (var path in new[] { "a", "a.b" })
        {
            var refusal = await Assert.ThrowsAsync<ParquetException>(() => reader.ReadTextAsync([path]));
            Assert.Contains("a definition level is 3; expected at most 2", refusal.Message);
        }
    }

    [Fact]
    public async Task Levels_that_run_out_are_refused()
    {
        var leaf = List() with { ClaimedValues = 9 };
        leaf.Pages.Add(Parse("0:1 1:1 1:1"));
        var reader = await OpenAsync(rows: 2, leaf);

        var refusal = await Assert.ThrowsAsync<ParquetException>(() => reader.ReadTextAsync(["a"]));

        Assert.Contains("column 'a', row group 0, page 1", refusal.Message);
    }

    [Fact]
    public async Task A_row_of_millions_of_values_is_refused()
    {
        // Of nulls, all of them take a few bytes.
        SchemaElement[] elements =
        [
            new("a") { Repetition = Repetition.Repeated, ChildCount = 1 },
            new("b") { Repetition = Repetition.Optional, Type = ParquetPhysicalType.Int32 },
        ];
        var leaf = new LeafChunk(ParquetPhysicalType.Int32, 1, 2);
        leaf.Pages.Add([new Entry(0, 1, null), .. Enumerable.Repeat(new Entry(1, 1, null), LeafReader.MaxRowEntries + 2048)]);
        var bytes = new NestedFile(elements, 1).Add(1, leaf).Write();
        Assert.InRange(bytes.Length, 100, 300);
        var reader = await ParquetFiles.OpenAsync(bytes);

        var refusal = await Assert.ThrowsAsync<ParquetException>(() => reader.ReadTextAsync(["a"]));

        Assert.True(refusal.IsUnsupported);
        Assert.Contains("column 'a.b' uses more than 4194304 values in one row", refusal.Message);
    }

    [Fact]
    public async Task Columns_of_one_group_that_contradict_each_other_are_refused()
    {
        SchemaElement[] elements =
        [
            new("pairs") { Repetition = Repetition.Repeated, ChildCount = 2 },
            new("x") { Repetition = Repetition.Required, Type = ParquetPhysicalType.Int32 },
            new("y") { Repetition = Repetition.Required, Type = ParquetPhysicalType.Int32 },
        ];
        var (x, y) = (List(), List());
        x.Pages.Add(Parse("0:1 1:1 0:1"));
        y.Pages.Add(Parse("0:1 0:1 1:1"));
        var reader = await ParquetFiles.OpenAsync(new NestedFile(elements, 1).Add(2, x, y).Write());

        var refusal = await Assert.ThrowsAsync<ParquetException>(() => reader.ReadTextAsync(["pairs"]));

        Assert.Contains("column 'pairs.y'", refusal.Message);
        Assert.Contains("its levels contradict those of the first column in 'pairs'", refusal.Message);
    }

    [Fact]
    public async Task Misuse_of_a_nested_column_is_told_from_its_type()
    {
        var leaf = List();
        leaf.Pages.Add(Parse("0:1 0:0"));
        var reader = await OpenAsync(rows: 2, leaf);
        await foreach (var batch in reader.ReadAsync(["a"]))
        {
            var column = batch.Columns[0];
            var misuse = Assert.Throws<InvalidOperationException>(() => column.GetInt64(0));
            Assert.Equal("Column 'a' is list<integer>, not a value.", misuse.Message);
            Assert.Throws<InvalidOperationException>(() => column.Children[0].GetElements(0));
            Assert.Throws<ArgumentOutOfRangeException>(() => column.Children[0].GetInt64(1));
        }
    }

    private static LeafChunk List() => new(ParquetPhysicalType.Int32, 1, 1);

    private static Task<ParquetReader> OpenAsync(long rows, LeafChunk leaf)
    {
        var element = new SchemaElement("a") { Repetition = Repetition.Repeated, Type = ParquetPhysicalType.Int32 };
        return ParquetFiles.OpenAsync(new NestedFile([element], 1).Add(rows, leaf).Write(), "nested.parquet");
    }

    /// <summary>Repetition and definition levels, with a value wherever the definition level is the largest or beyond.</summary>
    private static List<Entry> Parse(string entries) =>
        [.. entries.Split(' ').Select(entry => new Entry(entry[0] - '0', entry[2] - '0', entry[2] == '0' ? null : Int32(7)))];

    private static byte[] Int32(int value) => BitConverter.GetBytes(value);

    private static void AssertRows(List<string?[]> expected, List<string?[]> actual, string where)
    {
        Assert.True(expected.Count == actual.Count, $"{where}: {actual.Count} rows; expected {expected.Count}");
        for (var row = 0; row < expected.Count; row++)
        {
            for (var column = 0; column < expected[row].Length; column++)
            {
                var (one, other) = (expected[row][column], actual[row][column]);
                Assert.True(one == other, $"{where}: row {row}, column {column} is {other}; expected {one}");
            }
        }
    }
}
