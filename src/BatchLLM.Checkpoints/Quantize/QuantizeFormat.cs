namespace BatchLLM.Checkpoints.Quantize;

/// <summary>A checkpoint layout that quantization writes.</summary>
public enum QuantizeFormat
{
    /// <summary>ModelOpt FP8: one weight scale and one static activation scale per linear layer.</summary>
    Fp8,

    /// <summary>compressed-tensors FP8: a weight scale per output, activation scales per token at run time.</summary>
    Fp8Dynamic,

    /// <summary>ModelOpt NVFP4: E2M1 codes, an E4M3 scale per 16 inputs, one global scale.</summary>
    Nvfp4,

    /// <summary>ONNX INT4 with AWQ scales: a half-precision scale per 128 inputs.</summary>
    Int4Awq,

    /// <summary>compressed-tensors INT8: a weight scale per output, activation scales per token at run time.</summary>
    Int8,
}
