using System.Globalization;
using System.Security.Cryptography;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Benchmarks;

/// <summary>
/// What memory files take that are read worst: a dictionary of 40 MB, pages of numbers as large as a row group, texts that
/// share bytes with the one before, many columns in small pages. Each is read ten times by a process of its own; tests/peers/install.sh fetches DuckDB.
/// </summary>
internal static class ParquetMemory
{
    private const int Readings = 10;
    private const string Shared = "Read the customer's ticket and answer with one word, the department that is to see to it: billing, delivery, "
        + "returns or other. Do not explain your answer. If more than one would do, name the one that the customer asks for first. Ticket: ";

    /// <summary>Statements that have DuckDB write a file to $.</summary>
    private static readonly (string Name, string[] Statements)[] OfDuckDb =
    [
        ("small", ["COPY (SELECT i AS id FROM range(1000) t(i)) TO '$' (FORMAT parquet)"]),
        ("dictionaries of 40 MB, texts of 512 bytes",
        [
            "CREATE TEMP TABLE texts AS SELECT k, list_aggregate(list_transform(range(16), j -> md5(k || ' ' || j)), 'string_agg', '') AS text FROM range(80000) t(k)",
            "COPY (SELECT text FROM range(1200000) t(i) JOIN texts ON k = hash(i) % 80000) TO '$' "
                + "(FORMAT parquet, ROW_GROUP_SIZE 400000, DICTIONARY_SIZE_LIMIT 1000000)",
        ]),
        ("dictionaries of 40 MB, texts of 32 bytes",
        [
            "COPY (SELECT md5('' || hash(i) % 1100000) AS text FROM range(15000000) t(i)) TO '$' "
                + "(FORMAT parquet, ROW_GROUP_SIZE 5000000, DICTIONARY_SIZE_LIMIT 2000000)",
        ]),
        ("BIGINT and DOUBLE, pages of 10 MB", [Numbers(rows: 5_000_000, group: 1_228_800)]),
        ("BIGINT and DOUBLE, pages of 50 MB", [Numbers(rows: 13_000_000, group: 6_144_000)]),
        ("DOUBLE in BYTE_STREAM_SPLIT, pages of 10 MB",
            ["COPY (SELECT sqrt(hash(i)) AS score FROM range(5000000) t(i)) TO '$' (FORMAT parquet, PARQUET_VERSION V2, ROW_GROUP_SIZE 1228800)"]),
    ];

    /// <summary>Prints a Markdown table.</summary>
    /// <param name="peers">The checkout's folder tests/peers.</param>
    public static async Task RunAsync(string peers)
    {
        var file = Path.GetTempFileName();
        try
        {
            Console.WriteLine("| File | MB | Values MB | CPU s of a reading | Peak MB of one reading | of ten |");
            Console.WriteLine("|---|---|---|---|---|---|");
            foreach (var (name, statements) in OfDuckDb)
            {
                using (var maker = ParquetSpeed.DuckDb(peers))
                {
                    Array.ForEach(statements, sql => maker.Ask(new { run = sql.Replace("$", file, StringComparison.Ordinal) }));
                }

                Measure(name, file);
            }

            foreach (var (name, pageBytes) in new[] { ("1 MB", 1 << 20), ("50 MB", 100_000_000) })
            {
                await WriteDeltaAsync(file, pageBytes);
                Measure($"DELTA_BYTE_ARRAY, pages of {name}", file);
            }

            await WriteWideAsync(file);
            Measure("200 columns of texts, pages of 8 KB", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Numbers(int rows, int group) => string.Create(CultureInfo.InvariantCulture,
        $"COPY (SELECT (hash(i) >> 1)::BIGINT AS id, sqrt(hash(i)) AS score FROM range({rows}) t(i)) TO '$' (FORMAT parquet, ROW_GROUP_SIZE {group})");

    /// <summary>About half of each text is that of the one before.</summary>
    private static async Task WriteDeltaAsync(string path, int pageBytes)
    {
        await using var stream = File.Create(path);
        var column = new ParquetColumnSchema("text", ParquetColumnType.Text, IsOptional: false);
        var writer = new ParquetWriter(
            stream,
            [column],
            new ParquetWriterOptions { Compression = ParquetCompression.Snappy, RowGroupBytes = 2L * pageBytes + 1, PageBytes = pageBytes, PageRows = int.MaxValue });
        for (var row = 0; row < 800_000; row++)
        {
            var own = SHA512.HashData(BitConverter.GetBytes(row));
            writer.Columns[0].AppendText(Shared + Convert.ToHexString(own) + Convert.ToHexString(SHA512.HashData(own)));
            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
    }

    /// <summary>Texts of 64 bytes that share nothing.</summary>
    private static async Task WriteWideAsync(string path)
    {
        await using var stream = File.Create(path);
        var columns = Enumerable.Range(0, 200).Select(i => new ParquetColumnSchema($"text{i}", ParquetColumnType.Text, IsOptional: true));
        var writer = new ParquetWriter(
            stream, [.. columns], new ParquetWriterOptions { PageBytes = 8 << 10, RowGroupBytes = 512 << 20, Compression = ParquetCompression.Snappy });
        for (var row = 0; row < 20_000; row++)
        {
            foreach (var (index, column) in writer.Columns.Index())
            {
                column.AppendText(Convert.ToHexString(SHA256.HashData(BitConverter.GetBytes(((long)row << 8) | (uint)index))));
            }

            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
    }

    private static void Measure(string name, string file)
    {
        using var reader = new ReadingPeer(Environment.ProcessPath!, ParquetSpeed.AsTheProduct, "parquet-reader");
        var (peaks, seconds, bytes) = (new List<long>(), new List<double>(), 0L);
        for (var reading = 0; reading < Readings; reading++)
        {
            var answer = reader.Ask(new { read = file });
            bytes = answer.GetProperty("bytes").GetInt64();
            seconds.Add(answer.GetProperty("processorSeconds").GetDouble());
            peaks.Add(reader.PeakBytes);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {new FileInfo(file).Length / 1e6:F0} | {bytes / 1e6:F0} | {seconds.Order().ElementAt(Readings / 2):F2} "
            + $"| {peaks[0] / 1e6:F0} | {peaks[^1] / 1e6:F0} |"));
    }
}
