using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Parquet;
using BatchLLM.Tests.Parquet.Nested;
using Xunit;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>
/// Files of random schemas, flat and nested, that DuckDB writes in every encoding, codec and version that it has, are
/// read to what DuckDB and hyparquet read from them.
/// </summary>
public sealed class ParquetRandomTests : IDisposable
{
    private const int Files = 60;

    /// <summary>The first seed, for runs by hand; a file's seed is in its name.</summary>
    private const string Variable = "BATCHLLM_PARQUET_SEED";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("batchllm-parquet-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Random_files_are_read_alike()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(Variable), out var asked) ? asked : 1;

        var answers = await NodePeer.RunAsync("parquet_random.mjs", [$"{seed}", $"{Files}", _folder.FullName], []);

        Assert.Equal(Files, answers.Count);
        foreach (var answer in answers)
        {
            using var document = JsonDocument.Parse(answer);
            await CompareAsync(document.RootElement);
        }
    }

    private static async Task CompareAsync(JsonElement answer)
    {
        await using var stream = File.OpenRead(answer.GetProperty("file").GetString()!);
        var reader = await ParquetReader.OpenAsync(stream, Path.GetFileName(stream.Name), CancellationToken.None);
        var rows = await ReadAsync(reader);
        foreach (var peer in (string[])["duckdb", "hyparquet"])
        {
            var expected = answer.GetProperty(peer);
            var where = $"{reader.Name}, {answer.GetProperty("sql")}, {peer}";
            Assert.True(expected.GetArrayLength() == rows.Count, $"{where}: {rows.Count} rows");
            for (var row = 0; row < rows.Count; row++)
            {
                var difference = Compare(reader, expected[row], rows[row]);
                Assert.True(difference is null, $"{where}: row {row}: {difference}");
            }
        }
    }

    private static string? Compare(ParquetReader reader, JsonElement expected, string?[] actual) => reader.Schema.Fields
        .Select((field, i) => ExpectedValue.Compare(field, expected[i], actual[i]))
        .FirstOrDefault(difference => difference is not null);

    private static async Task<List<string?[]>> ReadAsync(ParquetReader reader)
    {
        var rows = new List<string?[]>();
        await foreach (var batch in reader.ReadAsync([.. reader.Schema.Fields.Select(field => field.Name)]))
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                rows.Add([.. batch.Columns.Select(column => Text(NestedText.Show(column, row)))]);
            }
        }

        return rows;
    }

    private static string? Text(JsonNode? value) => value is JsonValue text ? text.GetValue<string>() : value?.ToJsonString();
}
