namespace BatchLLM.Checkpoints.Quantization;

/// <summary>A layout of quantized linear layers, as one family of exporters writes it.</summary>
internal enum QuantizationMethod
{
    /// <summary>Plain weights.</summary>
    None,

    /// <summary>E4M3 weights with one scale; static activation scale (ModelOpt FP8; compressed-tensors with static activations).</summary>
    Fp8Static,

    /// <summary>E4M3 weights with a scale per output or one in all; activation scales at run time, or none.</summary>
    Fp8Dynamic,

    /// <summary>E2M1 weights, E4M3 block scales, a global scale (ModelOpt NVFP4).</summary>
    Nvfp4,

    /// <summary>Signed bytes with a scale per output; activation scales at run time, or none.</summary>
    Int8Dynamic,
}
