using System.Runtime.InteropServices;

namespace BatchLLM.Blobs.Compression;

/// <summary>A decoder of the system's libzstd (zstd.h, "Streaming decompression").</summary>
/// <remarks>.NET 10 has no Zstandard of its own, and the library is part of every system that has a package manager.</remarks>
internal sealed class ZstandardContext : SafeHandle
{
    private const string Library = "libzstd.so.1";

    /// <summary>For the marshaller.</summary>
    public ZstandardContext()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Makes a decoder.</summary>
    /// <exception cref="DllNotFoundException">The library is not installed.</exception>
    public static ZstandardContext Create()
    {
        var context = CreateNative();
        return context.IsInvalid ? throw new InsufficientMemoryException("libzstd could not make a decoder.") : context;
    }

    /// <summary>Decodes as much as input and output allow, and moves their positions.</summary>
    /// <returns>0 if a frame is complete and all of it is in the output.</returns>
    /// <exception cref="InvalidDataException">The input is no Zstandard, or damaged.</exception>
    /// <remarks>The library refuses windows over 128 MiB of its own accord, which bounds its memory.</remarks>
    public nuint Decode(ref ZstandardBuffer output, ref ZstandardBuffer input)
    {
        var result = DecodeNative(this, ref output, ref input);
        return IsError(result) == 0
            ? result
            : throw new InvalidDataException(Marshal.PtrToStringUTF8(ErrorName(result)));
    }

    protected override bool ReleaseHandle() => Free(handle) == 0;

    [DllImport(Library, EntryPoint = "ZSTD_createDStream")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern ZstandardContext CreateNative();

    [DllImport(Library, EntryPoint = "ZSTD_decompressStream")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nuint DecodeNative(ZstandardContext context, ref ZstandardBuffer output, ref ZstandardBuffer input);

    [DllImport(Library, EntryPoint = "ZSTD_freeDStream")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nuint Free(nint context);

    [DllImport(Library, EntryPoint = "ZSTD_isError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint IsError(nuint result);

    [DllImport(Library, EntryPoint = "ZSTD_getErrorName")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ErrorName(nuint result);
}
