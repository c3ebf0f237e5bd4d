using System.Globalization;
using System.Text.Json;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Tests.Parquet;
using Xunit;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>
/// DuckDB and hyparquet read from our files what was written, whatever the encodings, and find in the page indexes and
/// statistics what the values are.
/// </summary>
public sealed class ParquetPeerTests : IDisposable
{
    private const int Tables = 60;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("batchllm-parquet-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Random_tables_are_read_alike()
    {
        var requests = new List<string>();
        for (var seed = 0; seed < Tables; seed++)
        {
            var table = new RandomTable(seed);
            var file = Path.Combine(_folder.FullName, $"{seed}.parquet");
            await File.WriteAllBytesAsync(file, await table.WriteAsync());
            requests.Add(Request(file, table.Columns));
        }

        var answers = await NodePeer.RunAsync("parquet_written.mjs", [], requests);

        Assert.Equal(Tables, answers.Count);
        for (var seed = 0; seed < Tables; seed++)
        {
            var table = new RandomTable(seed);
            AssertAnswer(answers[seed], table.Rows.ConvertAll(row => Array.ConvertAll(row, Show)), $"seed {seed}");
        }

        Assert.Superset(
            new HashSet<string?>
            {
                "PLAIN", "RLE_DICTIONARY", "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY",
                "BYTE_STREAM_SPLIT",
            },
            answers.SelectMany(Encodings).ToHashSet());
    }

    private static IEnumerable<string?> Encodings(string answer) => JsonDocument.Parse(answer).RootElement
        .GetProperty("encodings").EnumerateArray().Select(encoding => encoding.GetString());

    [Fact]
    public async Task Lists_are_read_alike()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        List<ParquetColumnSchema> columns = [new("id", ParquetColumnType.Int64), new("ids", ParquetColumnType.Int32List)];
        var lists = Enumerable.Range(0, 2000).Select(row => RandomList(random, row)).ToList();
        var file = Path.Combine(_folder.FullName, "lists.parquet");
        await using (var stream = File.Create(file))
        {
            await WriteAsync(stream, columns, lists);
        }

        var answers = await NodePeer.RunAsync("parquet_written.mjs", [], [Request(file, columns)]);

        var expected = lists.Select((list, row) => new[] { Show((long)row), list is [] or null ? null : string.Join(',', list) });
        AssertAnswer(Assert.Single(answers), [.. expected], $"seed {Seed}");
    }

    private static async Task WriteAsync(Stream stream, List<ParquetColumnSchema> columns, List<int[]?> lists)
    {
        var writer = new ParquetWriter(stream, columns, new ParquetWriterOptions { PageRows = 100, RowGroupRows = 700 });
        for (var row = 0; row < lists.Count; row++)
        {
            writer.Columns[0].AppendInt64(row);
            if (lists[row] is { } list)
            {
                writer.Columns[1].AppendList(list);
            }
            else
            {
                writer.Columns[1].AppendNull();
            }

            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
    }

    // Token ids in the first rows, counters behind them.
    private static int[]? RandomList(Random random, int row) => random.Next(5) switch
    {
        0 => null,
        1 => [],
        _ when row < 700 => [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(128_000))],
        _ => [.. Enumerable.Range(row, random.Next(1, 40))],
    };

    private static string Request(string file, IEnumerable<ParquetColumnSchema> columns) => JsonSerializer.Serialize(new
    {
        file,
        columns = columns.Select(column => new
        {
            name = column.Name,
            type = column.Type.IsList ? "List" : column.Type.Kind.ToString(),
        }),
    });

    private static void AssertAnswer(string answer, List<string?[]> expected, string table)
    {
        var root = JsonDocument.Parse(answer).RootElement;
        Assert.True(root.GetProperty("faults").GetArrayLength() == 0, $"{table}: {root.GetProperty("faults")}");
        foreach (var reader in (string[])["duckdb", "hyparquet"])
        {
            var rows = root.GetProperty(reader).EnumerateArray()
                .Select(row => row.EnumerateArray().Select(value => value.GetString()).ToArray())
                .ToList();
            Assert.True(expected.Count == rows.Count, $"{table}: {reader} reads {rows.Count} rows of {expected.Count}");
            for (var row = 0; row < rows.Count; row++)
            {
                Assert.True(
                    expected[row].SequenceEqual(rows[row]),
                    $"{table}: {reader} reads row {row} as {string.Join(" | ", rows[row])}; "
                    + $"expected {string.Join(" | ", expected[row])}");
            }
        }
    }

    /// <summary>As parquet_written.mjs shows it.</summary>
    private static string? Show(object? value) => value switch
    {
        null => null,
        bool boolean => boolean ? "true" : "false",
        double.NaN => "NaN",
        double real => BitConverter.DoubleToInt64Bits(real).ToString("x", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
