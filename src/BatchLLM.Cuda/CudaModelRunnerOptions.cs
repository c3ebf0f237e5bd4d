using BatchLLM.Checkpoints;

namespace BatchLLM.Cuda;

/// <summary>The sizes of a <see cref="CudaModelRunner"/>; they never change while it lives.</summary>
/// <param name="StepTokens">Most positions in one step.</param>
/// <param name="StepSequences">Most slices in one step; each has at least one position, so no more than there are of those.</param>
/// <param name="KvBlockTokens">Positions per KV block; a power of two from 16.</param>
/// <param name="KvBytes">Most bytes for the KV cache; null for all that the device has left but for a reserve.</param>
/// <param name="Numerics">How linear layers are computed; null for what the checkpoint's card names.</param>
/// <param name="Kv">What the KV cache holds; null for FP8 where the checkpoint declares it, else BF16.</param>
public sealed record CudaModelRunnerOptions(
    int StepTokens = 4_096,
    int StepSequences = 1_024,
    int KvBlockTokens = 64,
    long? KvBytes = null,
    Numerics? Numerics = null,
    KvPrecision? Kv = null)
{
    /// <summary>Whether NVFP4 weights stay codes or become BF16; null to decide by the device's memory. For tests and measurements.</summary>
    internal bool? KeepsNvfp4Codes { get; init; }
}
