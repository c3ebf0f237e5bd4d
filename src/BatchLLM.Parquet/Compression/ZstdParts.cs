using System.Runtime.InteropServices;

namespace BatchLLM.Parquet.Compression;

/// <summary>
/// A page that the system's libzstd decompresses a part at a time. It keeps the window itself, and refuses windows of more
/// than 128 MiB, for which the page is decompressed whole.
/// </summary>
internal sealed unsafe partial class ZstdParts(ArraySegment<byte> source) : Decompression
{
    private const string Library = "libzstd.so.1";

    private readonly nint _context = Create();
    private nuint _read;
    private nuint _more;

    /// <inheritdoc/>
    public override bool TryContinue(Span<byte> target, int given, out int count)
    {
        var written = (nuint)given;
        var isGood = TryDecode(target, ref written);
        count = (int)written - given;
        return isGood;
    }

    /// <summary>What ends the last frame may stand behind its last byte.</summary>
    public override bool TryEnd()
    {
        nuint written = 0;
        return TryDecode([], ref written) && _read == (nuint)source.Count && _more == 0;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _ = Free(_context);
        base.Dispose();
    }

    /// <summary>A page may be several frames, of which one call decodes at most one.</summary>
    private bool TryDecode(Span<byte> target, ref nuint written)
    {
        if (_context == 0)
        {
            return false;
        }

        fixed (byte* from = source.AsSpan(), to = target)
        {
            var input = new Buffer { Start = from, Size = (nuint)source.Count, Position = _read };
            var output = new Buffer { Start = to, Size = (nuint)target.Length, Position = written };
            for (var before = (_read, written); ; before = (_read, written))
            {
                var more = Decode(_context, &output, &input);
                (_read, written) = (input.Position, output.Position);
                if (IsError(more) != 0)
                {
                    return false;
                }

                // Without a step forward the answer is about the frame that would come next.
                if (before == (_read, written))
                {
                    return true;
                }

                _more = more;
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createDStream")]
    private static partial nint Create();

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint Decode(nint context, Buffer* output, Buffer* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDStream")]
    private static partial nuint Free(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    /// <summary>Memory that the library reads or writes (zstd.h, <c>ZSTD_inBuffer</c> and <c>ZSTD_outBuffer</c>).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Buffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }
}
