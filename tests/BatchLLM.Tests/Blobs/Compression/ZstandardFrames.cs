using System.Runtime.InteropServices;

namespace BatchLLM.Tests.Blobs.Compression;

/// <summary>Makes Zstandard frames: by the library, which has them as users do, and by hand where size matters.</summary>
internal static class ZstandardFrames
{
    private const string Library = "libzstd.so.1";
    private const int MaxBlockBytes = 1 << 17;

    public static byte[] Encode(byte[] content)
    {
        var frame = new byte[(int)Bound((nuint)content.Length)];
        var length = Compress(frame, (nuint)frame.Length, content, (nuint)content.Length, level: 3);
        return frame[..(int)length];
    }

    /// <summary>A frame of so many blocks that each repeat one byte 131,072 times (RFC 8878, section 3.1.1.2).</summary>
    public static byte[] Repeat(byte value, int blocks)
    {
        using var frame = new MemoryStream();
        frame.Write([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38]); // no checksum, a window of 128 KiB
        for (var block = 1; block <= blocks; block++)
        {
            var header = (MaxBlockBytes << 3) | (1 << 1) | (block == blocks ? 1 : 0);
            frame.Write([(byte)header, (byte)(header >> 8), (byte)(header >> 16), value]);
        }

        return frame.ToArray();
    }

    [DllImport(Library, EntryPoint = "ZSTD_compressBound")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nuint Bound(nuint size);

    [DllImport(Library, EntryPoint = "ZSTD_compress")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nuint Compress(byte[] target, nuint capacity, byte[] source, nuint size, int level);
}
