namespace BatchLLM.Checkpoints.Synthetic;

/// <summary>What the weights of a made-up model are stored as; embedding, norms and output matrix stay 16-bit or float32.</summary>
public enum SyntheticPrecision
{
    /// <summary>BF16.</summary>
    Bf16,

    /// <summary>FP8 as ModelOpt writes it: E4M3, one scale per layer, static activation scales.</summary>
    Fp8,

    /// <summary>NVFP4 as ModelOpt writes it.</summary>
    Nvfp4,

    /// <summary>INT4 as ONNX checkpoints have it: blocks of 128, half-precision scales, embedding and output matrix F16.</summary>
    Int4,

    /// <summary>INT8 as compressed-tensors writes it: a scale per output, activations rounded at run time.</summary>
    Int8,

    /// <summary>F32.</summary>
    F32,
}
