using System.Runtime.InteropServices;

namespace BatchLLM.Blobs.Compression;

/// <summary>Memory that libzstd reads or writes (zstd.h, <c>ZSTD_inBuffer</c> and <c>ZSTD_outBuffer</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ZstandardBuffer
{
    private readonly nint _start;

    /// <summary>Bytes in it.</summary>
    public nuint Size;

    /// <summary>Bytes done; at most <see cref="Size"/>.</summary>
    public nuint Position;

    /// <summary>The whole of a pinned array.</summary>
    public ZstandardBuffer(byte[] pinned, nuint size)
    {
        _start = Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
        Size = size;
    }

    /// <summary>True if nothing is left of it.</summary>
    public readonly bool IsDone => Position == Size;
}
