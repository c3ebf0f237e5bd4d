using BatchLLM.Engine.Limits;

namespace BatchLLM.Host.Bench;

/// <summary>What a benchmark came to, for the table, for <c>--json</c> and for <c>--report</c>.</summary>
/// <param name="Shape">The shape as the user named it.</param>
/// <param name="Precision">What the weights are stored as.</param>
/// <param name="Numerics">How linear layers are computed.</param>
/// <param name="KvCache">What the KV cache holds.</param>
/// <param name="Device">What computed: cpu, or the GPU's name.</param>
/// <param name="Instructions">What kernels may be made of; on a GPU its compute capability.</param>
/// <param name="Parameters">Weights of the model.</param>
/// <param name="WeightBytes">Bytes that they take in memory.</param>
/// <param name="LoadSeconds">Making and packing them.</param>
/// <param name="PeakResidentBytes">Most memory that the process held after loading or after a combination.</param>
/// <param name="Limits">What this machine can do at most, measured just before; shares are of this. Null on a GPU, which is not measured.</param>
/// <param name="LimitsAfter">
/// The same measured just after. Less says that the machine slowed down meanwhile, as one with neighbours does. Null on a GPU.
/// </param>
/// <param name="Results">One for each combination.</param>
internal sealed record BenchOutput(
    string Shape,
    string Precision,
    string Numerics,
    string KvCache,
    string Device,
    string Instructions,
    long Parameters,
    long WeightBytes,
    double LoadSeconds,
    long PeakResidentBytes,
    MachineLimits? Limits,
    MachineLimits? LimitsAfter,
    IReadOnlyList<BenchResult> Results)
{
    /// <summary>
    /// Layers on a GPU of which rows may depend on how many are computed beside them, since its library has no algorithms of the
    /// same bits for all numbers of rows; null on the CPU.
    /// </summary>
    public IReadOnlyList<string>? VaryingProducts { get; init; }
}
