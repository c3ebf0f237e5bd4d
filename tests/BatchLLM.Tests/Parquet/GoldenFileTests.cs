using System.Globalization;
using System.Text.Json;
using BatchLLM.Parquet.Schemas;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Files of other writers are read to the values that DuckDB reads from them.</summary>
public sealed class GoldenFileTests
{
    public static TheoryData<string> Files =>
        [.. ParquetFiles.In("apache", "*.parquet").Concat(ParquetFiles.In("duckdb", "*.parquet"))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_is_read_to_the_expected_values(string name)
    {
        using var golden = JsonDocument.Parse(ParquetFiles.Bytes(name + ".json"));
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes(name), name);
        var columns = reader.ReadableColumns();
        Assert.Equal(Strings(golden.RootElement.GetProperty("columns")), [.. columns]);

        var rows = await reader.ReadTextAsync(columns);

        Assert.Equal(golden.RootElement.GetProperty("rowCount").GetInt32(), rows.Count);
        Assert.Equal(rows.Count, reader.RowCount);
        var types = columns.ConvertAll(column => reader.Schema.Find(column).Type);
        Compare(golden.RootElement.GetProperty("firstRows"), rows, 0, types);
        var last = golden.RootElement.GetProperty("lastRows");
        Compare(last, rows, rows.Count - last.GetArrayLength(), types);
    }

    [Fact]
    public async Task Row_groups_are_told_with_their_first_rows()
    {
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes("duckdb/v1_gzip_row_groups.parquet"));

        Assert.True(reader.RowGroups.Count > 1);
        Assert.Equal(reader.RowGroups[0].RowCount, reader.RowGroups[1].FirstRow);
        Assert.StartsWith("DuckDB", reader.CreatedBy);
    }

    private static void Compare(JsonElement expected, List<string?[]> rows, int first, List<ParquetColumnType> types)
    {
        foreach (var (row, index) in expected.EnumerateArray().Select((row, i) => (row, first + i)))
        {
            var values = Strings(row);
            for (var column = 0; column < types.Count; column++)
            {
                var isSame = types[column].Kind == ParquetValueKind.Real
                    ? IsSameNumber(types[column], values[column], rows[index][column])
                    : values[column] == rows[index][column];
                Assert.True(isSame, $"row {index}, column {column}: {rows[index][column]}; expected {values[column]}");
            }
        }
    }

    /// <summary>The same number has several texts: exponents, and digits beyond its precision.</summary>
    private static bool IsSameNumber(ParquetColumnType type, string? expected, string? actual)
    {
        if (expected is null || actual is null)
        {
            return expected == actual;
        }

        var (one, other) = (Parse(expected), Parse(actual));
        return type.Physical == ParquetPhysicalType.Double ? one.Equals(other) : ((float)one).Equals((float)other);
    }

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static List<string?> Strings(JsonElement array) =>
        [.. array.EnumerateArray().Select(element => element.GetString())];
}
