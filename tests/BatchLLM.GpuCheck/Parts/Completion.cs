using BatchLLM.Inference;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>Completes prompts on an engine, and gives the tokens.</summary>
internal static class Completion
{
    /// <summary>Runs until every row has its tokens. // [rows] of [tokens]</summary>
    /// <param name="engine">Computes.</param>
    /// <param name="prompts">// [rows] of [tokens]</param>
    /// <param name="sampling">Of all rows.</param>
    /// <exception cref="BatchLLMException">A row failed.</exception>
    public static int[][] Of(IBatchEngine engine, IReadOnlyList<int[]> prompts, SamplingParameters sampling) =>
        CompleteAsync(engine, [.. prompts.Select((prompt, row) => new InferenceRequest(row, (ulong)row, prompt, sampling))]).GetAwaiter().GetResult();

    private static async Task<int[][]> CompleteAsync(IBatchEngine engine, IReadOnlyList<InferenceRequest> window)
    {
        var tokens = new int[window.Count][];
        await foreach (var generation in engine.RunAsync(window, CancellationToken.None))
        {
            tokens[generation.Index] = generation.Error is { } error
                ? throw new BatchLLMException($"Row {generation.Index} failed: {error.Message}")
                : generation.TokenIds;
        }

        return tokens;
    }
}
