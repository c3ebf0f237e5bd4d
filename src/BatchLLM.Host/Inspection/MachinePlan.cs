using BatchLLM.Checkpoints;
using BatchLLM.Engine;

namespace BatchLLM.Host.Inspection;

/// <summary>What this machine will run a model with, and what that takes.</summary>
/// <param name="Engine">Which engine, with what.</param>
/// <param name="Numerics">How linear layers are computed unless a job says otherwise.</param>
/// <param name="OtherNumerics">What a job may choose instead.</param>
/// <param name="KvCache">What the KV cache holds unless a job says otherwise: full, bf16 or fp8.</param>
/// <param name="KvBytesPerToken">Bytes of one position in that cache.</param>
/// <param name="WeightBytes">Bytes of the weights in memory; null while the model has problems.</param>
/// <param name="Sequences">Sequences of the batch that <paramref name="KvBytes"/> is for.</param>
/// <param name="TokensPerSequence">Positions of each.</param>
/// <param name="KvBytes">Bytes of the KV cache for that batch.</param>
/// <param name="MemoryBytes">Memory that this process may use.</param>
internal sealed record MachinePlan(
    string Engine,
    string Numerics,
    IReadOnlyList<string> OtherNumerics,
    string KvCache,
    long KvBytesPerToken,
    long? WeightBytes,
    int Sequences,
    int TokensPerSequence,
    long KvBytes,
    long MemoryBytes)
{
    /// <summary>False if weights and cache together exceed the memory.</summary>
    public bool Fits => (WeightBytes ?? 0) + KvBytes <= MemoryBytes;

    /// <summary>Plans for a model; null if its configuration could not be read.</summary>
    public static MachinePlan? Of(ModelInspection model, BatchShape batch)
    {
        if (model.Config is not { } config)
        {
            return null;
        }

        var scheme = model.Quantization;
        var perToken = MemoryEstimate.KvBytesPerToken(config, scheme.Kv);
        var tokens = Math.Min(batch.Tokens, config.ContextLength);
        return new MachinePlan(
            $"local on the CPU, {Environment.ProcessorCount} threads, {CpuModelRunner.VectorBits}-bit vectors",
            scheme.Default.Name(),
            [.. scheme.Supported.Skip(1).Select(n => n.Name())],
            scheme.Kv.Name(),
            perToken,
            model.Problems.Count == 0 && model.EmbeddingType is { } type ? MemoryEstimate.WeightBytes(config, type, model.Linears) : null,
            batch.Sequences,
            tokens,
            perToken * batch.Sequences * tokens,
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }
}
