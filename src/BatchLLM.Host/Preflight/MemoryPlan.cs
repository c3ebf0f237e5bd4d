using BatchLLM.Checkpoints;
using BatchLLM.Cuda;
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
        return new MemoryReport(
            MemoryEstimate.WeightBytes(config, embedding, model.Linears),
            (long)Math.Min(sizes.KvBytes, perToken * BatchTokens(report, sizes.StepSequences)),
            WindowBytes(report),
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }

    /// <summary>Plans for a report's rows on a GPU.</summary>
    /// <param name="gpu">Its name.</param>
    /// <param name="plan">What the model takes there.</param>
    /// <param name="report">The rows, and the length of their completions if that was measured.</param>
    public static MemoryReport OnGpu(string gpu, GpuMemoryPlan plan, PreflightReport report)
    {
        var perToken = plan.KvBlockBytes / plan.KvBlockTokens;
        var kvBytes = perToken * BatchTokens(report, new CudaModelRunnerOptions().StepSequences);
        return new MemoryReport(
            plan.WeightBytes, (long)(plan.KvBlockCount == 0 ? kvBytes : Math.Min(plan.KvBytes, kvBytes)), WindowBytes(report), plan.FreeBytes)
        {
            Gpu = gpu,
            StepBytes = plan.StepBytes + plan.ReserveBytes,
        };
    }

    // Of a full step's rows, of mean length.
    private static double BatchTokens(PreflightReport report, int mostSequences) =>
        report.Ready == 0 ? 0 : Math.Min(mostSequences, report.SharedPrefixes.WindowRows) * (report.PromptTokens + CompletionTokens(report)) / report.Ready;

    // Texts are UTF-16, read and rendered: about four bytes for each of the file's. Tokens have four bytes.
    private static long WindowBytes(PreflightReport report) => report.SharedPrefixes.WindowRows
        * ((report.InputBytes / report.Rows * 4) + (report.PromptTokens / Math.Max(1, report.Ready) * sizeof(int)));

    private static double CompletionTokens(PreflightReport report) =>
        report.Estimate?.CompletionTokens.High ?? report.MaxCompletionTokens;
}
