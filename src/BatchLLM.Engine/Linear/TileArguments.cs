using System.Runtime.InteropServices;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// What an assembled tile kernel is given, and changes: after a call A, C and Prefetch stand behind the tiles that were computed.
/// A unit is four bytes of an input row: one float32, or two BF16.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileArguments
{
    /// <summary>Input rows. // [rows, units]</summary>
    public byte* A;

    /// <summary>Bytes between rows of <see cref="A"/>.</summary>
    public nint AStride;

    /// <summary>A panel's run, as the kernel's decoder reads it. // [panels, units, columns]</summary>
    public byte* B;

    /// <summary>Bytes between panels of <see cref="B"/>.</summary>
    public nint PanelStride;

    /// <summary>Sums. // [rows, panels * columns]</summary>
    public float* C;

    /// <summary>Bytes between rows of <see cref="C"/>.</summary>
    public nint CStride;

    /// <summary>Units to multiply; a multiple of what the decoder takes at once.</summary>
    public nint Units;

    /// <summary>Not 0 to start from what stands in <see cref="C"/>.</summary>
    public nint Adds;

    /// <summary>Tiles to compute one below the other; kernels that decode weights in registers compute one, whatever stands here.</summary>
    public nint Tiles;

    /// <summary>What will be read next: 64 bytes of it are prefetched per four units.</summary>
    public byte* Prefetch;

    /// <summary>
    /// Where that ends. From there on <see cref="B"/> is prefetched, which is in the cache already: anything else would push it out.
    /// </summary>
    public byte* PrefetchEnd;
}
