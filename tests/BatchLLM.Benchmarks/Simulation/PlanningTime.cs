using System.Diagnostics;
using System.Globalization;
using BatchLLM.Benchmarks.Workloads;
using BatchLLM.Planning;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>Time and memory of planning the prefixes of 100,000 prompts of 500 tokens, for windows that share in different ways.</summary>
internal static class PlanningTime
{
    private const int Prompts = 100_000;
    private const int PromptTokens = 500;
    private const int BlockTokens = 32;
    private const int Attempts = 3;

    /// <summary>Prints one line per kind of window; the best of three in time, the most in memory.</summary>
    public static void Run()
    {
        Measure("nothing shared", sharedTokens: 0, rowsPerPrefix: 1);
        Measure("16 questions per document", sharedTokens: 450, rowsPerPrefix: 16);
        Measure("one system prompt", sharedTokens: 400, rowsPerPrefix: Prompts);
    }

    private static void Measure(string name, int sharedTokens, int rowsPerPrefix)
    {
        var window = Window(sharedTokens, rowsPerPrefix);
        var (seconds, bytes, saved) = (double.MaxValue, 0L, 0L);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            using var peak = new PeakMemory();
            var start = Stopwatch.GetTimestamp();
            saved = PrefixPlan.Of(window, BlockTokens).SavedTokens;
            seconds = Math.Min(seconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
            bytes = Math.Max(bytes, peak.Read() - before);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-26} {Prompts} prompts of {PromptTokens}: {seconds,6:F2} s, {bytes / 1048576.0,6:F1} MiB beside the "
            + $"prompts' {Prompts * (PromptTokens + 6L) * sizeof(int) / 1048576}, {saved} tokens saved"));
    }

    // Shuffled, so that neighbours in the window share nothing but by chance.
    private static int[][] Window(int sharedTokens, int rowsPerPrefix)
    {
        var builder = new WorkloadBuilder(seed: 1);
        var prompts = new int[Prompts][];
        int[] prefix = [];
        for (var row = 0; row < Prompts; row++)
        {
            prefix = row % rowsPerPrefix == 0 ? builder.Tokens(sharedTokens) : prefix;
            prompts[row] = [.. prefix, .. builder.Tokens(PromptTokens - sharedTokens)];
        }

        builder.Random.Shuffle(prompts);
        return prompts;
    }
}
