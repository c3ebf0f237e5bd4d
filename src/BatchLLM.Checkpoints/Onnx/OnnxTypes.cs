namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Sizes and stored types of <see cref="OnnxType"/>.</summary>
internal static class OnnxTypes
{
    /// <summary>Bits of one element; null for types that no weight has.</summary>
    public static int? Bits(this OnnxType type) => type switch
    {
        OnnxType.Int64 => 64,
        OnnxType.Float or OnnxType.Int32 => 32,
        OnnxType.Float16 or OnnxType.BFloat16 => 16,
        OnnxType.UInt8 or OnnxType.Int8 => 8,
        OnnxType.UInt4 or OnnxType.Int4 => 4,
        _ => null,
    };

    /// <summary>The type of the bytes; of 4-bit codes, the container's.</summary>
    public static TensorType Stored(this OnnxType type) => type switch
    {
        OnnxType.Int64 => TensorType.I64,
        OnnxType.Int32 => TensorType.I32,
        OnnxType.Float => TensorType.F32,
        OnnxType.Float16 => TensorType.F16,
        OnnxType.BFloat16 => TensorType.BF16,
        OnnxType.Int8 => TensorType.I8,
        _ => TensorType.U8,
    };

    /// <summary>True for types that are read as floats.</summary>
    public static bool IsFloat(this OnnxType type) => type is OnnxType.Float or OnnxType.Float16 or OnnxType.BFloat16;

    /// <summary>True for packed 4-bit codes.</summary>
    public static bool IsNibble(this OnnxType type) => type is OnnxType.UInt4 or OnnxType.Int4;
}
