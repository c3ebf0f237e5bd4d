using System.Globalization;
using System.Text.Json;
using BatchLLM.Parquet;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Reads the text columns of Parquet files that DuckDB wrote, and of the same in pages of 1 MiB, and has DuckDB read them to the same
/// end in turns: every value decoded, its bytes counted. Each reader of each file is a process of its own, so that its peak is its own.
/// tests/peers/install.sh fetches DuckDB.
/// </summary>
internal static class ParquetSpeed
{
    /// <summary>Rounds that are not counted: just-in-time compilers and caches are warm after them.</summary>
    private const int WarmUpRounds = 5;
    private const int Rounds = 11;

    /// <summary>DuckDB's own: one page of 55 MB for the longer column of each.</summary>
    private const int GroupRows = 122_880;

    private static readonly Dictionary<ParquetCompression, string> CodecNames = new()
    {
        [ParquetCompression.Snappy] = "snappy",
        [ParquetCompression.Zstandard] = "zstd",
    };

    /// <summary>As the product runs (BatchLLM.Host.csproj); nothing else is set for DuckDB.</summary>
    internal static readonly Dictionary<string, string> AsTheProduct = new()
    {
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_GCGen0MaxBudget"] = "3000000",
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_QuickJitForLoops"] = "0",
    };

    /// <summary>Prints a Markdown table.</summary>
    /// <param name="peers">The checkout's folder tests/peers.</param>
    /// <param name="rows">Rows of each file, of about 500 bytes.</param>
    public static async Task RunAsync(string peers, int rows)
    {
        var folder = Directory.CreateTempSubdirectory("batchllm-parquet-").FullName;
        try
        {
            Console.WriteLine("| Codec | Rows of a row group | Pages | File MB | Text MB | Reader | s | CPU s | BatchLLM is | CPU: BatchLLM is | Peak MB |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
            foreach (var (codec, group) in from groupRows in (int[])[GroupRows, 10 * GroupRows]
                                           from name in (ParquetCompression[])[ParquetCompression.Snappy, ParquetCompression.Zstandard]
                                           select (name, groupRows))
            {
                var (large, small) = (Path.Combine(folder, "large.parquet"), Path.Combine(folder, "small.parquet"));
                using (var maker = DuckDb(peers))
                {
                    maker.Ask(new { make = large, codec = CodecNames[codec], rows, group });
                }

                await ParquetPages.CopyAsync(large, small, codec, group);
                Measure(peers, $"{CodecNames[codec]} | {group:N0} | up to 100 MB", large);
                Measure(peers, $"{CodecNames[codec]} | {group:N0} | 1 MiB", small);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(string peers, string form, string file)
    {
        using var own = new ReadingPeer(Environment.ProcessPath!, AsTheProduct, "parquet-reader");
        using var two = DuckDb(peers);
        using var one = DuckDb(peers);
        var readers = new[] { ("BatchLLM", own, 2), ("DuckDB, 2 threads", two, 2), ("DuckDB, 1 thread", one, 1) };
        var taken = readers.Select(_ => new List<Taken>()).ToArray();
        for (var turn = -WarmUpRounds; turn < Rounds; turn++)
        {
            foreach (var (index, (_, reader, threads)) in readers.Index())
            {
                var round = Taken.From(reader.Ask(new { read = file, threads }));
                taken[index].AddRange(turn < 0 ? [] : [round]);
            }
        }

        var bytes = taken.SelectMany(rounds => rounds).Select(round => round.Bytes).Distinct().Single();
        var medians = Array.ConvertAll(taken, Median);
        foreach (var (index, (name, reader, _)) in readers.Index())
        {
            var (median, mine) = (medians[index], medians[0]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {form} | {new FileInfo(file).Length / 1e6:F0} | {bytes / 1e6:F0} | {name} "
                + $"| {median.Elapsed:F3} | {median.Processor:F3} | {median.Elapsed / mine.Elapsed:F2}x "
                + $"| {median.Processor / mine.Processor:F2}x | {reader.PeakBytes / 1e6:F0} |"));
        }
    }

    /// <summary>DuckDB, of the checkout's folder tests/peers.</summary>
    internal static ReadingPeer DuckDb(string peers) => new(
        "node", [], Path.Combine(peers, "..", "BatchLLM.Benchmarks", "peers", "duckdb_parquet.mjs"), Path.GetFullPath(peers));

    private static Taken Median(List<Taken> rounds) => new(
        rounds[0].Bytes,
        rounds.Select(round => round.Elapsed).Order().ElementAt(rounds.Count / 2),
        rounds.Select(round => round.Processor).Order().ElementAt(rounds.Count / 2));

    /// <summary>Seconds of one reading; those of processors are what counts where others use the machine.</summary>
    private readonly record struct Taken(long Bytes, double Elapsed, double Processor)
    {
        public static Taken From(JsonElement answer) => new(
            answer.GetProperty("bytes").GetInt64(),
            answer.GetProperty("seconds").GetDouble(),
            answer.GetProperty("processorSeconds").GetDouble());
    }
}
