namespace BatchLLM.Cuda;

/// <summary>What a model takes of a GPU's memory, and what that leaves for its KV cache.</summary>
/// <param name="FreeBytes">What is free before anything is allocated.</param>
/// <param name="WeightBytes">The weights.</param>
/// <param name="StepBytes">What steps need: activations, logits, partial results of attention, rotary angles.</param>
/// <param name="ReserveBytes">Left to the driver, for machine code that it loads later.</param>
/// <param name="KvBlockTokens">Positions of a KV block.</param>
/// <param name="KvBlockBytes">Bytes of a KV block, keys and values of all layers.</param>
/// <param name="KvBlockCount">KV blocks that the rest holds, as far as they are asked for; 0 if not even one.</param>
public sealed record GpuMemoryPlan(
    long FreeBytes, long WeightBytes, long StepBytes, long ReserveBytes, int KvBlockTokens, long KvBlockBytes, int KvBlockCount)
{
    /// <summary>Positions that the KV cache holds, of all sequences together.</summary>
    public long KvTokens => (long)KvBlockCount * KvBlockTokens;

    /// <summary>Bytes of the KV cache.</summary>
    public long KvBytes => KvBlockCount * KvBlockBytes;

    /// <summary>What is missing, as a sentence; null if at least a block of the KV cache fits.</summary>
    /// <param name="gpu">Name of the GPU.</param>
    public string? Shortage(string gpu) => KvBlockCount >= 1
        ? null
        : $"{gpu} has {FreeBytes >> 20} MiB of memory free; the weights take {WeightBytes >> 20} MiB and a step {StepBytes >> 20} MiB, " +
            $"{ReserveBytes >> 20} MiB are left to the driver, and a block of {KvBlockTokens} positions of the KV cache takes " +
            $"{KvBlockBytes >> 10} KiB. End what else uses the GPU, take a smaller model or a more compressed checkpoint, or run on the " +
            "CPU with --device cpu.";
}
