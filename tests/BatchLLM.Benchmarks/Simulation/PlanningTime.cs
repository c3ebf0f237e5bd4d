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
        Measure("nothing shared", Window(sharedTokens: 0, rowsPerPrefix: 1));
        Measure("16 questions per document", Window(sharedTokens: 450, rowsPerPrefix: 16));
        Measure("one system prompt", Window(sharedTokens: 400, rowsPerPrefix: Prompts));
        Measure("each extends another", Chain(10_000));
    }

    private static void Measure(string name, int[][] window)
    {
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
            $"{name,-26} {window.Length,7} prompts, {window.Sum(prompt => (long)prompt.Length),9} tokens: {seconds,6:F2} s, "
            + $"{bytes / 1048576.0,5:F1} MiB, {saved} tokens saved"));
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

    // As many tokens, and the deepest tree: what a plan that looks at pairs of rows or levels would choke on.
    private static int[][] Chain(int count)
    {
        var builder = new WorkloadBuilder(seed: 1);
        var longest = builder.Tokens(count);
        var prompts = Enumerable.Range(1, count).Select(length => longest[..length]).ToArray();
        builder.Random.Shuffle(prompts);
        return prompts;
    }
}
