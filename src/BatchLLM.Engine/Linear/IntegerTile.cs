using System.Runtime.InteropServices;

namespace BatchLLM.Engine.Linear;

/// <summary>Arguments of an integer kernel, as assembled code reads them: eight bytes each.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IntegerTile
{
    /// <summary>Columns of a strip.</summary>
    public const int StripColumns = 16;

    /// <summary>Activations. // [rows, quads, 4] bytes, or [rows, quads, 2, 2] shorts with k in the order 0, 2, 1, 3</summary>
    public byte* A;

    /// <summary>Bytes from a row of <see cref="A"/> to the next.</summary>
    public nint AStride;

    /// <summary>Weights of the first strip. // [steps], a step's layout being the kernel's</summary>
    public byte* B;

    /// <summary>Bytes from a strip of <see cref="B"/> to the next.</summary>
    public nint BStride;

    /// <summary>What is added to: int32 or float32. // [rows, strips, 16]</summary>
    public int* Sums;

    /// <summary>Steps: quads of k, or groups of quads; at least 1.</summary>
    public nint Steps;

    /// <summary>4-bit codes of the strip, for kernels that read them as they are.</summary>
    public byte* Codes;
}
