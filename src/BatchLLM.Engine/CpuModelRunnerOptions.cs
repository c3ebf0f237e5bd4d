using BatchLLM.Checkpoints;
using BatchLLM.Engine.Assembly;

namespace BatchLLM.Engine;

/// <summary>The sizes of a <see cref="CpuModelRunner"/>; they never change while it lives.</summary>
/// <param name="Threads">Threads that compute, the caller of <see cref="CpuModelRunner.End"/> included.</param>
/// <param name="StepTokens">Most positions in one step.</param>
/// <param name="StepSequences">Most slices in one step; each has at least one position, so no more than there are of those.</param>
/// <param name="KvBlockTokens">Positions per KV block; a multiple of 8.</param>
/// <param name="KvBytes">Most bytes for the KV cache; it gets as many whole blocks as fit.</param>
/// <param name="Numerics">How linear layers are computed; null for what the checkpoint's card names.</param>
/// <param name="Kv">What the KV cache holds; null for what the checkpoint declares.</param>
/// <param name="Instructions">What kernels may be made of; null for the best that the machine has.</param>
public sealed record CpuModelRunnerOptions(
    int Threads,
    int StepTokens = 512,
    int StepSequences = 512,
    int KvBlockTokens = 16,
    long KvBytes = 1L << 30,
    Numerics? Numerics = null,
    KvPrecision? Kv = null,
    InstructionSet? Instructions = null);
