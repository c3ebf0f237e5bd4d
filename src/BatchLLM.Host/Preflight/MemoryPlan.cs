using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Host.Jobs;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Preflight;

/// <summary>What running a job will take of this machine's memory.</summary>
internal static class MemoryPlan
{
    /// <summary>Plans for a report's rows; null if the model has problems that keep it from being loaded.</summary>
    /// <param name="model">The model.</param>
    /// <param name="choice">How it is computed.</param>
    /// <param name="report">The rows, and the length of their completions if that was measured.</param>
    public static MemoryReport? Of(ModelInspection model, ComputeChoice choice, PreflightReport report)
    {
        if (model is not { Config: { } config, EmbeddingType: { } embedding, Problems.Count: 0 })
        {
            return null;
        }

        var sizes = new CpuModelRunnerOptions(Environment.ProcessorCount);
        var perToken = MemoryEstimate.KvBytesPerToken(config, choice.Kv ?? model.Quantization.Kv);
        var tokensPerRow = report.Ready == 0 ? 0 : (report.PromptTokens + CompletionTokens(report)) / report.Ready;
        var sequences = Math.Min(sizes.StepSequences, report.SharedPrefixes.WindowRows);
        return new MemoryReport(
            MemoryEstimate.WeightBytes(config, embedding, model.Linears),
            (long)Math.Min(sizes.KvBytes, perToken * sequences * tokensPerRow),
            WindowBytes(report),
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }

    // Texts are UTF-16, read and rendered: about four bytes for each of the file's. Tokens have four bytes.
    private static long WindowBytes(PreflightReport report) => report.SharedPrefixes.WindowRows
        * ((report.InputBytes / report.Rows * 4) + (report.PromptTokens / Math.Max(1, report.Ready) * sizeof(int)));

    private static double CompletionTokens(PreflightReport report) =>
        report.Estimate?.CompletionTokens.High ?? report.MaxCompletionTokens;
}
