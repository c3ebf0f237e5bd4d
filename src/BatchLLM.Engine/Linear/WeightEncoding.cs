namespace BatchLLM.Engine.Linear;

/// <summary>How kernels find weights in memory.</summary>
internal enum WeightEncoding
{
    /// <summary>float32. // [k, width]</summary>
    Float32,

    /// <summary>F16. // [k, width]</summary>
    Float16,

    /// <summary>BF16, two k of one column side by side. // [k / 2, width, 2]</summary>
    BrainFloatPairs,

    /// <summary>E4M3, two k of one column side by side. // [k / 2, width, 2]</summary>
    Fp8Pairs,
}
