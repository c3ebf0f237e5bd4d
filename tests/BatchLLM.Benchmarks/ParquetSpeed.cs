using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BatchLLM.Parquet;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Reads the text columns of Parquet files that DuckDB wrote, and has DuckDB read them to the same end in turns: every value
/// decoded, its bytes counted. tests/peers/install.sh fetches DuckDB.
/// </summary>
internal static class ParquetSpeed
{
    private const int Rounds = 7;
    private static readonly string[] Columns = ["prompt", "customer"];

    /// <summary>Prints a Markdown table.</summary>
    /// <param name="peers">The checkout's folder tests/peers.</param>
    /// <param name="rows">Rows of each file, of about 600 bytes.</param>
    public static async Task RunAsync(string peers, int rows)
    {
        var folder = Directory.CreateTempSubdirectory("batchllm-parquet-").FullName;
        try
        {
            using var peer = StartPeer(peers);
            Console.WriteLine("| Codec | File MB | Text MB | BatchLLM s | CPU s | DuckDB s | CPU s | elapsed: BatchLLM is | CPU: BatchLLM is | Peak MB |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
            foreach (var codec in (string[])["snappy", "zstd"])
            {
                var file = Path.Combine(folder, $"{codec}.parquet");
                Ask(peer, new { make = file, codec, rows });
                await MeasureAsync(peer, codec, file);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(Process peer, string codec, string file)
    {
        var (own, peers) = (new List<Taken>(), new List<Taken>());
        var bytes = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            var (start, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            bytes = await ReadAsync(file);
            own.Add(new(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds));
            peers.Add(TakenBy(Ask(peer, new { read = file, threads = 2 }), bytes));
        }

        var (mine, theirs) = (Median(own), Median(peers));
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {codec} | {new FileInfo(file).Length / 1e6:F0} | {bytes / 1e6:F0} | {mine.Elapsed:F3} | {mine.Processor:F3} "
            + $"| {theirs.Elapsed:F3} | {theirs.Processor:F3} | {theirs.Elapsed / mine.Elapsed:F2}x | {theirs.Processor / mine.Processor:F2}x "
            + $"| {process.PeakWorkingSet64 / 1e6:F0} |"));
    }

    private static async Task<long> ReadAsync(string path)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        var reader = await ParquetReader.OpenAsync(stream, path, CancellationToken.None);
        var bytes = 0L;
        await foreach (var batch in reader.ReadAsync(Columns))
        {
            foreach (var column in batch.Columns)
            {
                for (var row = 0; row < batch.RowCount; row++)
                {
                    bytes += column.IsNull(row) ? 0 : column.GetBytes(row).Length;
                }
            }
        }

        return bytes;
    }

    private static Taken TakenBy(JsonElement answer, long bytes) => answer.GetProperty("bytes").GetInt64() == bytes
        ? new(answer.GetProperty("seconds").GetDouble(), answer.GetProperty("processorSeconds").GetDouble())
        : throw new InvalidOperationException($"DuckDB reads {answer.GetProperty("bytes")} bytes, BatchLLM {bytes}.");

    private static Process StartPeer(string peers)
    {
        var script = Path.Combine(peers, "..", "BatchLLM.Benchmarks", "peers", "duckdb_parquet.mjs");
        var start = new ProcessStartInfo("node", [script, Path.GetFullPath(peers)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }

    private static JsonElement Ask(Process peer, object request)
    {
        peer.StandardInput.WriteLine(JsonSerializer.Serialize(request));
        peer.StandardInput.Flush();
        var answer = peer.StandardOutput.ReadLine();
        return answer is null
            ? throw new BatchLLMException("DuckDB ended. Run tests/peers/install.sh first.")
            : JsonDocument.Parse(answer).RootElement;
    }

    private static Taken Median(List<Taken> rounds) => new(
        rounds.Select(round => round.Elapsed).Order().ElementAt(rounds.Count / 2),
        rounds.Select(round => round.Processor).Order().ElementAt(rounds.Count / 2));

    /// <summary>Seconds of one reading; those of processors are what counts where others use the machine.</summary>
    private readonly record struct Taken(double Elapsed, double Processor);
}
