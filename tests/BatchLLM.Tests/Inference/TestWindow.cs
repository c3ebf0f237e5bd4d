using BatchLLM.Inference;

namespace BatchLLM.Tests.Inference;

/// <summary>Requests and sizes for engine tests; small numbers, so that every edge is met often.</summary>
internal static class TestWindow
{
    public const int Context = 48;

    public static readonly RunnerLimits Ample = new(Context, 256, 64, 16, 4, 400);

    public static readonly IReadOnlySet<int> NoStopTokens = new HashSet<int>();

    public static InferenceRequest Request(int index, int promptTokens, int maxTokens, params string[] stop) => new(
        index,
        0x9E3779B97F4A7C15UL * (ulong)(index + 1),
        [.. Enumerable.Range(0, promptTokens).Select(position => (index * 31 + position) % 256)],
        new SamplingParameters { MaxTokens = maxTokens, Stop = stop });

    public static InferenceRequest[] Random(Random random, int count) =>
    [
        .. Enumerable.Range(0, count).Select(index => Request(index, random.Next(1, 30), random.Next(1, 25))),
    ];

    /// <summary>Rows that begin as others do, some of them whole copies; greedy and drawn ones.</summary>
    public static InferenceRequest[] Sharing(Random random, int count)
    {
        var prompts = new List<int[]>();
        while (prompts.Count < count)
        {
            var stem = prompts.Count > 0 && random.Next(5) > 0 ? prompts[random.Next(prompts.Count)] : [];
            var kept = stem[..random.Next(stem.Length + 1)];
            var added = Enumerable.Range(0, random.Next(kept.Length == 0 ? 1 : 0, 12)).Select(_ => random.Next(256));
            prompts.Add([.. kept.Concat(added).Take(30)]);
        }

        int[] limits = [3, 9, 17, 24];
        return
        [
            .. prompts.Select((prompt, index) => new InferenceRequest(index, (ulong)index, prompt, new SamplingParameters
            {
                MaxTokens = limits[random.Next(limits.Length)],
                Temperature = random.Next(4) == 0 ? 1 : 0,
                Seed = (ulong)random.Next(3),
            })),
        ];
    }

    public static async Task<Dictionary<int, Generation>> RunAsync(
        LocalBatchEngine engine, IReadOnlyList<InferenceRequest> window)
    {
        var results = new Dictionary<int, Generation>();
        await foreach (var generation in engine.RunAsync(window, CancellationToken.None))
        {
            // Add throws if a row finishes twice.
            results.Add(generation.Index, generation);
        }

        return results;
    }

    /// <summary>Runs a window and keeps what comes before a fault.</summary>
    public static async Task CollectAsync(
        LocalBatchEngine engine, IReadOnlyList<InferenceRequest> window, List<Generation> results, CancellationToken cancellationToken = default)
    {
        await foreach (var generation in engine.RunAsync(window, cancellationToken))
        {
            results.Add(generation);
        }
    }
}
