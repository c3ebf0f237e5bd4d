namespace BatchLLM.Checkpoints;

/// <summary>Element types that a safetensors header may name; the engine computes with the first three.</summary>
public enum TensorType
{
    /// <summary>Brain float: the upper 16 bits of a float32.</summary>
    BF16,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>IEEE single precision.</summary>
    F32,

    /// <summary>IEEE double precision.</summary>
    F64,

    /// <summary>8-bit float, 4 exponent and 3 mantissa bits, no infinity.</summary>
    F8E4M3,

    /// <summary>8-bit float, 5 exponent and 2 mantissa bits.</summary>
    F8E5M2,

    /// <summary>Unsigned byte; also the container of packed 4-bit weights.</summary>
    U8,

    /// <summary>Signed byte.</summary>
    I8,

    /// <summary>16-bit integer.</summary>
    I16,

    /// <summary>32-bit integer.</summary>
    I32,

    /// <summary>64-bit integer.</summary>
    I64,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,
}
