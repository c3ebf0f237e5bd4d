namespace BatchLLM.Checkpoints;

/// <summary>What the KV cache holds.</summary>
public enum KvPrecision
{
    /// <summary>Unrounded; float32 on the CPU.</summary>
    Full,

    /// <summary>E4M3 codes with one scale for keys and one for values per layer.</summary>
    Fp8,

    /// <summary>Rounded to BF16, as engines keep it that compute a BF16 checkpoint in BF16.</summary>
    Bf16,
}
