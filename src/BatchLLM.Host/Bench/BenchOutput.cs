using BatchLLM.Engine.Limits;

namespace BatchLLM.Host.Bench;

/// <summary>What a benchmark came to, for the table, for <c>--json</c> and for <c>--report</c>.</summary>
/// <param name="Shape">The shape as the user named it.</param>
/// <param name="Precision">What the weights are stored as.</param>
/// <param name="Numerics">How linear layers are computed.</param>
/// <param name="KvCache">What the KV cache holds.</param>
/// <param name="Instructions">What kernels may be made of.</param>
/// <param name="Parameters">Weights of the model.</param>
/// <param name="WeightBytes">Bytes that they take in memory.</param>
/// <param name="LoadSeconds">Making and packing them.</param>
/// <param name="PeakResidentBytes">Most memory that the process held after loading or after a combination.</param>
/// <param name="Limits">What this machine can do at most, measured just before; shares are of this.</param>
/// <param name="LimitsAfter">
/// The same measured just after. Less says that the machine slowed down meanwhile, as one with neighbours does.
/// </param>
/// <param name="Results">One for each combination.</param>
internal sealed record BenchOutput(
    string Shape,
    string Precision,
    string Numerics,
    string KvCache,
    string Instructions,
    long Parameters,
    long WeightBytes,
    double LoadSeconds,
    long PeakResidentBytes,
    MachineLimits Limits,
    MachineLimits LimitsAfter,
    IReadOnlyList<BenchResult> Results);
