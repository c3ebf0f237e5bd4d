using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Tests.Parquet.Nested;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Files of other writers are read to the values that DuckDB reads from them.</summary>
public sealed partial class GoldenFileTests
{
    public static TheoryData<string> Files =>
        [.. ParquetFiles.In("apache", "*.parquet").Concat(ParquetFiles.In("duckdb", "*.parquet"))];

    public static TheoryData<string> CsvFiles => [.. ParquetFiles.In("apache", "*_expect.csv")];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_is_read_to_the_expected_values(string name)
    {
        using var golden = JsonDocument.Parse(ParquetFiles.Bytes(name + ".json"));
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes(name), name);
        var columns = reader.ReadableColumns();
        Assert.Equal(golden.RootElement.GetProperty("columns").EnumerateArray().Select(name => name.GetString()), columns);

        var rows = await reader.ReadTextAsync(columns);

        Assert.Equal(golden.RootElement.GetProperty("rowCount").GetInt32(), rows.Count);
        Assert.Equal(rows.Count, reader.RowCount);
        var fields = columns.ConvertAll(reader.Schema.Find);
        Compare(golden.RootElement.GetProperty("firstRows"), rows, 0, fields);
        var last = golden.RootElement.GetProperty("lastRows");
        Compare(last, rows, rows.Count - last.GetArrayLength(), fields);
    }

    [Theory]
    [MemberData(nameof(CsvFiles))]
    public async Task A_file_is_read_to_the_values_that_came_with_it(string csv)
    {
        var name = csv.Replace("_expect.csv", ".parquet", StringComparison.Ordinal);
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes(name), name);
        var lines = Encoding.UTF8.GetString(ParquetFiles.Bytes(csv)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var rows = await reader.ReadTextAsync(reader.ReadableColumns());

        Assert.Equal(lines.Length - 1, rows.Count);
        for (var row = 0; row < rows.Count; row++)
        {
            Assert.Equal(Fields(lines[row + 1]), rows[row]);
        }
    }

    [Theory]
    [InlineData("hadoop_lz4_compressed.parquet", "lz4_raw_compressed.parquet")]
    [InlineData("hadoop_lz4_compressed_larger.parquet", "lz4_raw_compressed_larger.parquet")]
    [InlineData("non_hadoop_lz4_compressed.parquet", "lz4_raw_compressed.parquet")]
    public async Task A_file_that_DuckDB_does_not_read_is_read_to_the_values_of_its_twin(string name, string twin)
    {
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes("apache/twins/" + name), name);
        var other = await ParquetFiles.OpenAsync(ParquetFiles.Bytes("apache/" + twin), twin);

        var rows = await reader.ReadTextAsync(reader.ReadableColumns());

        Assert.NotEmpty(rows);
        Assert.Equal(await other.ReadTextAsync(reader.ReadableColumns()), rows);
    }

    [Fact]
    public async Task Split_columns_are_read_to_the_values_of_the_plain_ones_beside_them()
    {
        const string Plain = "_plain";
        var bytes = ParquetFiles.Bytes("apache/twins/byte_stream_split_extended.gzip.parquet");
        var reader = await ParquetFiles.OpenAsync(bytes);
        var plain = reader.ReadableColumns().FindAll(name => name.EndsWith(Plain, StringComparison.Ordinal));
        var split = plain.ConvertAll(name => name[..^Plain.Length] + "_byte_stream_split");

        Assert.Equal(7, plain.Count);
        Assert.Equal(await reader.ReadTextAsync(plain), await reader.ReadTextAsync(split));
    }

    [Fact]
    public async Task A_map_of_keys_alone_is_the_list_of_them()
    {
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes("apache/twins/map_no_value.parquet"));

        Assert.Equal(await reader.ReadTextAsync(["my_list"]), await reader.ReadTextAsync(["my_map_no_v"]));
        Assert.Equal(
            [["[1,2,3]"], ["[4,5,6]"], ["[7,8,9]"]],
            (await reader.ReadTextAsync(["my_list"])).ConvertAll(row => new[] { row[0]?.Replace("\"", "", StringComparison.Ordinal) }));
    }

    [Fact]
    public async Task Row_groups_are_told_with_their_first_rows()
    {
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes("duckdb/v1_gzip_row_groups.parquet"));

        Assert.True(reader.RowGroups.Count > 1);
        Assert.Equal(reader.RowGroups[0].RowCount, reader.RowGroups[1].FirstRow);
        Assert.StartsWith("DuckDB", reader.CreatedBy);
    }

    private static void Compare(JsonElement expected, List<string?[]> rows, int first, List<ParquetField> fields)
    {
        foreach (var (row, index) in expected.EnumerateArray().Select((row, i) => (row, first + i)))
        {
            for (var column = 0; column < fields.Count; column++)
            {
                var difference = ExpectedValue.Compare(fields[column], row[column], rows[index][column]);
                Assert.True(difference is null, $"row {index}, column {column}: {difference}");
            }
        }
    }

    /// <summary>One line of CSV: a field in quotes is text, an empty one without is null.</summary>
    private static string?[] Fields(string line) =>
        [.. CsvField().Matches(line).Select(field => field.Groups[1].Success ? field.Groups[1].Value
            : field.Groups[2].Length > 0 ? field.Groups[2].Value
            : null)];

    [GeneratedRegex("(?:^|,)(?:\"([^\"]*)\"|([^,\r]*))")]
    private static partial Regex CsvField();
}
