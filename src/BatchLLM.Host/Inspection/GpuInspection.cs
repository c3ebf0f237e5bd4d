using BatchLLM.Checkpoints;
using BatchLLM.Cuda;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Weights;

namespace BatchLLM.Host.Inspection;

/// <summary>What a GPU of this machine would run a model with, and what that takes.</summary>
/// <param name="Gpu">As its driver names it.</param>
/// <param name="ComputeCapability">For example "9.0".</param>
/// <param name="Refusal">Why it does not run the model unless a job says otherwise, as a sentence; null if it does.</param>
/// <param name="Numerics">How linear layers are computed unless a job says otherwise.</param>
/// <param name="OtherNumerics">What a job may choose instead.</param>
/// <param name="KvCache">What the KV cache holds unless a job says otherwise: bf16 or fp8.</param>
/// <param name="Memory">What that takes; null where it is refused for another reason than memory.</param>
/// <param name="Sequences">Sequences of the batch.</param>
/// <param name="TokensPerSequence">Positions of each.</param>
internal sealed record GpuInspection(
    string Gpu,
    string ComputeCapability,
    string? Refusal,
    string Numerics,
    IReadOnlyList<string> OtherNumerics,
    string KvCache,
    GpuMemoryPlan? Memory,
    int Sequences,
    int TokensPerSequence)
{
    /// <summary>Sequences of the batch's length whose KV blocks the memory holds at once; the others wait.</summary>
    public long SequencesAtOnce => Memory is null
        ? 0
        : Memory.KvBlockCount / ((TokensPerSequence + Memory.KvBlockTokens - 1) / Memory.KvBlockTokens);

    /// <summary>Looks at a model that has no problems.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">What to fit.</param>
    /// <param name="gpu">The GPU.</param>
    public static GpuInspection Of(ModelInspection model, BatchShape batch, IDevice gpu)
    {
        using var weights = ModelDirectory.Open(model.Path);
        var scheme = model.Quantization;
        var (memory, refusal) = Plan(gpu, weights);
        return new GpuInspection(
            gpu.Properties.Name,
            $"{gpu.Properties.Major}.{gpu.Properties.Minor}",
            refusal,
            scheme.Default.Name(),
            [.. GpuNumerics.Of(scheme, gpu.Properties).Where(n => n != scheme.Default).Select(n => n.Name())],
            GpuNumerics.Kv(scheme, asked: null).Name(),
            memory,
            batch.Sequences,
            Math.Min(batch.Tokens, weights.Config.ContextLength));
    }

    private static (GpuMemoryPlan? Memory, string? Refusal) Plan(IDevice gpu, IModelWeights weights)
    {
        try
        {
            var memory = CudaModelRunner.PlanOf(gpu, weights, new CudaModelRunnerOptions()).Memory;
            return (memory, memory.Shortage(gpu.Properties.Name));
        }
        catch (BatchLLMException refused) when (refused is not DeviceLostException)
        {
            return (null, refused.Message);
        }
    }
}
