using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Blobs;
using BatchLLM.Blobs.Files;
using BatchLLM.Blobs.Parquet;
using BatchLLM.Inference;
using BatchLLM.Parquet;
using BatchLLM.Rows;
using BatchLLM.Tests.Parquet.Nested;
using Xunit;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>
/// Files of random schemas, flat and nested, that DuckDB writes in every encoding, codec and version that it has, are
/// read to what DuckDB and hyparquet read from them; and so are the files that their rows are carried to.
/// </summary>
public sealed class ParquetRandomTests : IDisposable
{
    private const int Files = 60;

    /// <summary>The first seed, for runs by hand; a file's seed is in its name.</summary>
    private const string Variable = "BATCHLLM_PARQUET_SEED";

    /// <summary>What is text in a row, and more than that in Parquet; <c>i</c> is the row's number.</summary>
    private static readonly string[] Typed =
    [
        "(i * 12.34 - 50)::DECIMAL(9,2)",
        "(i * -98765432.125)::DECIMAL(18,3)",
        "(i * 123456789012345678.9)::DECIMAL(38,10)",
        "DATE '0044-03-15' + (i * 4000)::INTEGER",
        "TIME '00:00:00.000001' + to_microseconds(i * 1000001)",
        "TIMESTAMP '1969-12-31 23:59:59.999999' + to_microseconds(i * 86400000001)",
        "TIMESTAMPTZ '2024-02-28 12:00:00+00' + to_milliseconds(i * 3600001)",
        "make_timestamp_ns(1600000000123456789 + i)",
        "('{\"i\": ' || i || '}')::JSON",
        "18446744073709551615::UBIGINT - (i % 3)::UBIGINT * 6148914691236517205::UBIGINT",
        "md5(i::VARCHAR)::UUID",
        "to_months(i::INTEGER) + to_days((i * 2)::INTEGER) + to_milliseconds(i * 1001)",
    ];

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

        await CompareCarriedAsync([.. Directory.EnumerateFiles(_folder.FullName).Order(StringComparer.Ordinal)]);
    }

    /// <summary>What DuckDB finds in the output is what it wrote: alone, in lists and structs, as values of maps and as keys.</summary>
    [Fact]
    public async Task Types_stay_what_they_are()
    {
        var input = Path.Combine(_folder.FullName, "input.parquet");
        var select = $"SELECT {string.Join(", ", Typed.SelectMany(Forms))} FROM range(100) t(i)";
        await NodePeer.RunAsync("parquet_nested.mjs", [], [JsonSerializer.Serialize(new { make = input, select })]);

        using var output = await CompareWithInputAsync(input, Typed.Length * Forms(Typed[0], 0).Length);

        await CompareAsync(output.RootElement);
    }

    /// <summary>DuckDB writes none: Spark did.</summary>
    [Fact]
    public async Task Timestamps_of_96_bits_stay_what_they_are()
    {
        var input = Path.Combine(Cli.Checkout.Root, "tests", "data", "parquet", "apache", "int96_from_spark.parquet");

        using var _ = await CompareWithInputAsync(input, columns: 1);
    }

    /// <summary>DuckDB reads from the file that the rows are carried to what it reads from the input.</summary>
    /// <returns>What is read from that file.</returns>
    private async Task<JsonDocument> CompareWithInputAsync(string input, int columns)
    {
        var output = Path.Combine(_folder.FullName, "output.parquet");
        await CarryAsync(new Uri(input).AbsoluteUri, output);

        var answers = await NodePeer.RunAsync(
            "parquet_nested.mjs", [], [.. new[] { input, output }.Select(file => JsonSerializer.Serialize(new { file }))]);

        using var before = JsonDocument.Parse(answers[0]);
        var after = JsonDocument.Parse(answers[1]);
        Assert.Equal(Cells(before.RootElement.GetProperty("types")), Cells(after.RootElement.GetProperty("types")).Take(columns));
        foreach (var (row, again) in before.RootElement.GetProperty("duckdb").EnumerateArray()
            .Zip(after.RootElement.GetProperty("duckdb").EnumerateArray()))
        {
            Assert.Equal(Cells(row), Cells(again).Take(columns));
        }

        return after;
    }

    private static string[] Forms(string value, int index) =>
    [
        $"{value} AS v{index}", $"[{value}, NULL] AS l{index}", $"{{'a': {value}}} AS s{index}",
        $"map {{'k': {value}}} AS m{index}", $"map {{{value}: 1}} AS k{index}",
    ];

    private static IEnumerable<string> Cells(JsonElement row) => row.EnumerateArray().Select(cell => $"{cell}");

    /// <summary>The rows of each file, carried to a file of ours, are read by the others to what is read here.</summary>
    private async Task CompareCarriedAsync(List<string> inputs)
    {
        var requests = new List<string>();
        foreach (var input in inputs)
        {
            var output = Path.Combine(_folder.FullName, $"carried_{Path.GetFileName(input)}");
            await CarryAsync(new Uri(input).AbsoluteUri, output);
            requests.Add(JsonSerializer.Serialize(new { file = output, sql = Path.GetFileName(input) }));
        }

        var answers = await NodePeer.RunAsync("parquet_nested.mjs", [], requests);

        Assert.Equal(Files, answers.Count);
        foreach (var answer in answers)
        {
            using var document = JsonDocument.Parse(answer);
            await CompareAsync(document.RootElement);
        }
    }

    private static async Task CarryAsync(string input, string output)
    {
        var store = new FileBlobStore();
        var reader = new ParquetRowReader(store);
        var kinds = await reader.KindsAsync(input, CancellationToken.None);
        List<string> names = [.. kinds.Keys.Where(name => !name.Contains('.', StringComparison.Ordinal))];
        var typed = await TypedColumns.SharedAsync(store, [input], names, CancellationToken.None);
        await using var stream = File.Create(output);
        await using var writer = new ParquetRowWriter(stream, new OutputColumns(names, tokenIds: true, kinds) { Typed = typed });
        await foreach (var range in reader.SplitAsync(input, int.MaxValue, CancellationToken.None))
        {
            await foreach (var row in reader.ReadAsync(input, range, columns: null, CancellationToken.None))
            {
                await writer.WriteAsync(
                    new CompletedRow(row.Location, [.. row.Columns], "c", FinishReason.Stop, 1, 1, [1, 2], null),
                    CancellationToken.None);
            }
        }

        await writer.CompleteAsync(CancellationToken.None);
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
