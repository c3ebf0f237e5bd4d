using System.Runtime.InteropServices;

namespace BatchLLM.Parquet.Compression;

/// <summary>What is used of the system's libzstd (zstd.h).</summary>
internal static unsafe partial class Libzstd
{
    /// <summary>The library's file, found by the system's own rules.</summary>
    public const string Library = "libzstd.so.1";

    /// <summary>
    /// True if a frame can be decoded block by block into memory of the caller's. The library calls these functions deprecated:
    /// a version without them is done without them.
    /// </summary>
    public static bool HasBlocks { get; } = NativeLibrary.TryLoad(Library, out var library)
        && Array.TrueForAll(
            (string[])["ZSTD_decompressBegin", "ZSTD_nextSrcSizeToDecompress", "ZSTD_decompressContinue", "ZSTD_insertBlock"],
            name => NativeLibrary.TryGetExport(library, name, out _));

    /// <summary>What an error means.</summary>
    public static string Describe(nuint code) => Marshal.PtrToStringUTF8(ErrorName(code)) ?? "no reason given";

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateContext();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_sizeof_DCtx")]
    public static partial nuint SizeOfContext(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_reset")]
    public static partial nuint ResetContext(nint context, int what);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint Decompress(nint context, byte* destination, nuint capacity, byte* source, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint DecompressStream(nint context, Buffer* output, Buffer* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressBegin")]
    public static partial nuint BeginFrame(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_nextSrcSizeToDecompress")]
    public static partial nuint BytesOfNext(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressContinue")]
    public static partial nuint DecompressNext(nint context, byte* destination, nuint capacity, byte* source, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_insertBlock")]
    public static partial nuint InsertBlock(nint context, byte* block, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressBound")]
    public static partial nuint CompressBound(nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress")]
    public static partial nuint Compress(byte* destination, nuint capacity, byte* source, nuint length, int level);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint code);

    /// <summary>Memory that the library reads or writes (<c>ZSTD_inBuffer</c> and <c>ZSTD_outBuffer</c>).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }
}
