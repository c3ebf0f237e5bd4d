using BatchLLM.CudaTests.Model;
using BatchLLM.Inference;

namespace BatchLLM.GpuCheck;

/// <summary>Completes prompts by the engine, whole but for text.</summary>
internal static class Completion
{
    /// <summary>Runs until every row has its tokens. // [rows] of [tokens]</summary>
    /// <param name="runner">Computes.</param>
    /// <param name="prompts">// [rows] of [tokens]</param>
    /// <param name="sampling">Of all rows.</param>
    /// <param name="stepsInFlight">Most steps begun at once; null for as many as the runner takes.</param>
    public static int[][] Of(IModelRunner runner, IReadOnlyList<int[]> prompts, SamplingParameters sampling, int? stepsInFlight = null) =>
        OfAsync(new LentRunner(runner, stepsInFlight), prompts, sampling).GetAwaiter().GetResult();

    private static async Task<int[][]> OfAsync(LentRunner runner, IReadOnlyList<int[]> prompts, SamplingParameters sampling)
    {
        var tokens = new int[prompts.Count][];
        InferenceRequest[] window = [.. prompts.Select((prompt, row) => new InferenceRequest(row, (ulong)row, prompt, sampling))];
        await using var engine = new LocalBatchEngine(runner, new NoText(runner.Limits.VocabularySize), new HashSet<int>());
        await foreach (var generation in engine.RunAsync(window, CancellationToken.None))
        {
            tokens[generation.Index] = generation.TokenIds;
        }

        return tokens;
    }
}
