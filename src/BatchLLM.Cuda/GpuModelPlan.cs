using BatchLLM.Checkpoints;

namespace BatchLLM.Cuda;

/// <summary>How a GPU would run a model.</summary>
/// <param name="Numerics">How linear layers are computed.</param>
/// <param name="Kv">What the KV cache holds.</param>
/// <param name="Memory">What that takes; the memory need not be enough.</param>
public sealed record GpuModelPlan(Numerics Numerics, KvPrecision Kv, GpuMemoryPlan Memory);
