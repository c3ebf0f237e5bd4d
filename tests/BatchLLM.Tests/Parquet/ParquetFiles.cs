using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Parquet;
using BatchLLM.Tests.Architecture;
using BatchLLM.Tests.Parquet.Nested;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>The files under tests/data/parquet, and how tests read a file whole.</summary>
internal static class ParquetFiles
{
    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Folder { get; } = Path.Combine(RepositoryRoot.Path, "tests", "data", "parquet");

    public static IEnumerable<string> In(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Folder, folder), pattern)
            .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public static Task<ParquetReader> OpenAsync(byte[] bytes, string name = "test.parquet") =>
        ParquetReader.OpenAsync(new MemoryStream(bytes), name, CancellationToken.None);

    /// <summary>The names of the columns that can be read, in file order.</summary>
    public static List<string> ReadableColumns(this ParquetReader reader) =>
        [.. reader.Schema.Fields.Where(field => field.Refusal is null).Select(field => field.Name)];

    /// <summary>Reads rows as text; null stays null, and what is nested is JSON.</summary>
    public static async Task<List<string?[]>> ReadTextAsync(
        this ParquetReader reader, IReadOnlyList<string> columns, long firstRow = 0, long rowCount = long.MaxValue)
    {
        var rows = new List<string?[]>();
        await foreach (var batch in reader.ReadAsync(columns, firstRow, rowCount))
        {
            Assert.Equal(firstRow + rows.Count, batch.FirstRow);
            for (var row = 0; row < batch.RowCount; row++)
            {
                rows.Add([.. batch.Columns.Select(column => Text(column, row))]);
            }
        }

        return rows;
    }

    private static string? Text(ParquetColumn column, int row) => NestedText.Show(column, row) switch
    {
        null => null,
        JsonValue value => value.GetValue<string>(),
        var nested => nested.ToJsonString(Relaxed),
    };
}
