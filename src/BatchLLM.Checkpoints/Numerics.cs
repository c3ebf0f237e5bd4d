namespace BatchLLM.Checkpoints;

/// <summary>How a checkpoint's linear layers are computed. Named by weight bits (w) and activation bits (a).</summary>
public enum Numerics
{
    /// <summary>Weights as stored, dequantized exactly; activations unrounded.</summary>
    Bf16,

    /// <summary>FP8 weights, activations rounded to E4M3 with the checkpoint's static scale per tensor.</summary>
    W8A8Static,

    /// <summary>FP8 weights, activations rounded to E4M3 with a scale per token row.</summary>
    W8A8Dynamic,

    /// <summary>INT8 weights, activations rounded to signed bytes with a scale per token row; integer sums.</summary>
    W8A8Int8,

    /// <summary>4-bit weights, dequantized exactly; activations unrounded.</summary>
    W4A16,

    /// <summary>
    /// 4-bit weights, activations rounded to signed bytes with a scale per token row; sums of up to 32 products in integers.
    /// </summary>
    W4A8,

    /// <summary>NVFP4 weights, activations rounded to NVFP4 as Blackwell's tensor cores take them.</summary>
    W4A4Emulated,
}
