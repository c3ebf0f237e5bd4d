using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Host.Bench;

/// <summary>The sizes of a runner on a GPU for a benchmark's combinations.</summary>
internal static class GpuBenchSizes
{
    /// <summary>Decides.</summary>
    /// <exception cref="BatchLLMException">The GPU's memory does not hold the largest combination.</exception>
    public static CudaModelRunnerOptions Of(BenchRequest request, IModelWeights model, IDevice gpu)
    {
        var sequences = request.Combinations.Max(c => c.Batch);
        var defaults = new CudaModelRunnerOptions(Numerics: request.Numerics);
        var sizes = defaults with { StepTokens = Math.Max(defaults.StepTokens, sequences), StepSequences = sequences };
        var plan = CudaModelRunner.PlanOf(gpu, model, sizes).Memory;
        var blocks = request.Combinations.Max(c => c.Batch * ((c.Positions + plan.KvBlockTokens - 1L) / plan.KvBlockTokens));
        return (plan.Shortage(gpu.Properties.Name) ?? Shortage(request, plan, blocks, gpu)) is { } shortage
            ? throw new BatchLLMException(shortage)
            : sizes with { KvBytes = blocks * plan.KvBlockBytes };
    }

    private static string? Shortage(BenchRequest request, GpuMemoryPlan plan, long blocks, IDevice gpu) => blocks <= plan.KvBlockCount
        ? null
        : $"{request.Shape} in {request.Precision.Name()} leaves room for {plan.KvTokens} tokens of KV cache on {gpu.Properties.Name}; the largest " +
            $"combination needs {blocks * plan.KvBlockTokens}. Choose smaller --batch, --prompt and --output, or a smaller --shape or --precision.";
}
