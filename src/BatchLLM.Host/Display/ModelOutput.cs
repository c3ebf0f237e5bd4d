using BatchLLM.Checkpoints;
using BatchLLM.Host.Inspection;

namespace BatchLLM.Host.Display;

/// <summary>A model for <c>inspect --json</c>.</summary>
internal sealed record ModelOutput(
    string Path,
    LlamaConfig? Config,
    long ParameterCount,
    string Quantization,
    IReadOnlyList<string> Unquantized,
    bool HasStoredRope,
    IReadOnlyList<TensorGroup> Groups,
    IReadOnlyList<int> StopTokenIds,
    MachinePlan? Machine,
    GpuInspection? Gpu,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Notices)
{
    public static ModelOutput Of(ModelInspection model, MachinePlan? plan, GpuInspection? gpu) => new(
        model.Path,
        model.Config,
        model.ParameterCount,
        model.Quantization.Label,
        model.Quantization.Excluded,
        model.HasStoredRope,
        model.Groups,
        model.StopTokenIds,
        plan,
        gpu,
        model.Problems,
        model.Notices);
}
