namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Element types of ONNX tensors by their number in the file; the ones that a decoder's weights have.</summary>
internal enum OnnxType
{
    /// <summary>No type is given.</summary>
    Undefined = 0,

    /// <summary>IEEE single precision.</summary>
    Float = 1,

    /// <summary>Unsigned byte; in MatMulNBits, two 4-bit codes.</summary>
    UInt8 = 2,

    /// <summary>Signed byte.</summary>
    Int8 = 3,

    /// <summary>32-bit integer.</summary>
    Int32 = 6,

    /// <summary>64-bit integer.</summary>
    Int64 = 7,

    /// <summary>IEEE half precision.</summary>
    Float16 = 10,

    /// <summary>Brain float.</summary>
    BFloat16 = 16,

    /// <summary>Unsigned 4-bit integer, two in a byte, the first in the low nibble.</summary>
    UInt4 = 21,

    /// <summary>Signed 4-bit integer in two's complement, two in a byte, the first in the low nibble.</summary>
    Int4 = 22,
}
