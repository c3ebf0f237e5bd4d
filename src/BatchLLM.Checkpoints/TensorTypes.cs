namespace BatchLLM.Checkpoints;

/// <summary>Names and sizes of <see cref="TensorType"/>, as safetensors writes them.</summary>
public static class TensorTypes
{
    /// <summary>Finds the type of a header's <c>dtype</c> text.</summary>
    public static bool TryParse(string name, out TensorType type)
    {
        (var known, type) = name switch
        {
            "BF16" => (true, TensorType.BF16),
            "F16" => (true, TensorType.F16),
            "F32" => (true, TensorType.F32),
            "F64" => (true, TensorType.F64),
            "F8_E4M3" => (true, TensorType.F8E4M3),
            "F8_E5M2" => (true, TensorType.F8E5M2),
            "U8" => (true, TensorType.U8),
            "I8" => (true, TensorType.I8),
            "I16" => (true, TensorType.I16),
            "I32" => (true, TensorType.I32),
            "I64" => (true, TensorType.I64),
            "BOOL" => (true, TensorType.Bool),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>Bytes of one element.</summary>
    public static int Size(this TensorType type) => type switch
    {
        TensorType.F64 or TensorType.I64 => 8,
        TensorType.F32 or TensorType.I32 => 4,
        TensorType.BF16 or TensorType.F16 or TensorType.I16 => 2,
        _ => 1,
    };

    /// <summary>The header's spelling.</summary>
    public static string Name(this TensorType type) => type switch
    {
        TensorType.F8E4M3 => "F8_E4M3",
        TensorType.F8E5M2 => "F8_E5M2",
        TensorType.Bool => "BOOL",
        _ => type.ToString(),
    };
}
