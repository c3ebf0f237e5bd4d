using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Engine.Assembly;

namespace BatchLLM.Host.Bench;

/// <summary>What to measure.</summary>
/// <param name="Shape">The shape as the user named it.</param>
/// <param name="Config">Its numbers.</param>
/// <param name="Precision">What the weights are stored as.</param>
/// <param name="Numerics">How linear layers are computed; null for the precision's own.</param>
/// <param name="Threads">Threads that compute.</param>
/// <param name="Instructions">What kernels may be made of; null for the best that the machine has.</param>
/// <param name="Gpu">Number of the GPU that computes; null for the CPU.</param>
/// <param name="Combinations">Workloads, at least one.</param>
/// <param name="Report">File for the result as JSON; null for none.</param>
internal sealed record BenchRequest(
    string Shape,
    LlamaConfig Config,
    SyntheticPrecision Precision,
    Numerics? Numerics,
    int Threads,
    InstructionSet? Instructions,
    int? Gpu,
    IReadOnlyList<BenchCombination> Combinations,
    string? Report);
