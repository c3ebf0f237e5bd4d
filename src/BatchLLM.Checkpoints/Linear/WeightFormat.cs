namespace BatchLLM.Checkpoints.Linear;

/// <summary>How a linear layer's weights are stored.</summary>
public enum WeightFormat
{
    /// <summary>BF16, F16 or F32, no scales.</summary>
    Float,

    /// <summary>E4M3 codes; one scale per tensor or per output.</summary>
    Fp8,

    /// <summary>Signed bytes; one scale per output.</summary>
    Int8,

    /// <summary>E2M1 codes; an E4M3 scale per 16 inputs and one global scale.</summary>
    Nvfp4,

    /// <summary>Unsigned 4-bit codes; a scale and a zero point per block of inputs.</summary>
    Int4,
}
