using System.Runtime.InteropServices;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Writing;

namespace BatchLLM.Parquet.Compression;

/// <summary>
/// Zstandard: each page is one frame, or several that are read as one. Done by the system's own library, because the
/// runtime has none and a second decoder would be as long as the rest of this project.
/// </summary>
internal sealed class ZstdCodec : PageCodec, IPageCompressor
{
    /// <summary>The library's own default; the next levels take twice the time for a few percent.</summary>
    private const int Level = 3;

    public static ZstdCodec Instance { get; } = new();

    public override string? Lack { get; } = FindLack(Libzstd.Library);

    /// <summary>The densest block repeats one byte: 128 KiB from a header of 3 bytes and the byte.</summary>
    public override long MaxDecompressedLength(int compressedLength) => (128L << 10) * compressedLength / 4;

    public override Func<StoredBytes, int, Decompression> Begin { get; } = (source, _) => new ZstdPage(source);

    public override unsafe string? Decompress(ArraySegment<byte> source, ArraySegment<byte> destination)
    {
        var context = ZstdContexts.Take();
        if (context == 0)
        {
            return "Zstandard data cannot be decompressed for want of memory";
        }

        fixed (byte* from = source.AsSpan(), to = destination.AsSpan())
        {
            // The library keeps to both lengths, whatever the bytes say.
            var written = Libzstd.Decompress(context, to, (nuint)destination.Count, from, (nuint)source.Count);
            ZstdContexts.Return(context);
            return Libzstd.IsError(written) != 0 ? $"Zstandard data is broken ({Libzstd.Describe(written)})"
                : written == (nuint)destination.Count ? null
                : $"Zstandard data gives {written} bytes; expected {destination.Count}";
        }
    }

    /// <exception cref="InvalidOperationException">The library fails, for want of memory.</exception>
    public unsafe void Compress(ReadOnlySpan<byte> source, ByteBuffer destination)
    {
        var room = destination.Reserve(checked((int)Libzstd.CompressBound((nuint)source.Length)));
        fixed (byte* from = source, to = room)
        {
            var written = Libzstd.Compress(to, (nuint)room.Length, from, (nuint)source.Length, Level);
            if (Libzstd.IsError(written) != 0)
            {
                throw new InvalidOperationException(
                    $"A page of {source.Length} bytes cannot be compressed with ZSTD: {Libzstd.Describe(written)}.");
            }

            destination.Commit((int)written);
        }
    }

    /// <summary>Looks for the library, which stays loaded.</summary>
    /// <param name="library">Its file's name, by the system's rules for where it may be.</param>
    /// <returns>Null if it is there, else as <see cref="Lack"/>.</returns>
    internal static string? FindLack(string library) => NativeLibrary.TryLoad(library, out _)
        ? null
        : $"the system's library {library}, which is missing. Install it (on Debian and Ubuntu: apt install libzstd1)";
}
