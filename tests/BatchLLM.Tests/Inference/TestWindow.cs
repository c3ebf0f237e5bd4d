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
}
