using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace BatchLLM.Parquet.Compression;

/// <summary>
/// A page that the system's libzstd decompresses a part at a time. It keeps the window itself, and refuses windows of more
/// than 128 MiB, for which the page is decompressed whole.
/// </summary>
/// <remarks>
/// What it decodes with goes on to the next page: it takes as much as the window, some megabytes, and what is given back to the
/// system's allocator by one thread is not what another takes.
/// </remarks>
internal sealed unsafe partial class ZstdParts : IPartDecoder
{
    private const string Library = "libzstd.so.1";

    /// <summary>As many as pages are decompressed side by side, but for rare cases.</summary>
    private const int MostSpare = 4;

    private const int SessionOnly = 1;

    private static readonly ConcurrentBag<nint> Spare = [];

    private nint _context = Spare.TryTake(out var spare) ? spare : Create();
    private nuint _more;

    /// <inheritdoc/>
    public int Window => 0;

    /// <inheritdoc/>
    public bool TryContinue(ReadOnlySpan<byte> source, bool isLast, out int read, Span<byte> target, ref int written)
    {
        var (taken, given) = ((nuint)0, (nuint)written);
        var isGood = TryDecode(source, ref taken, target, ref given);
        (read, written) = ((int)taken, (int)given);
        return isGood;
    }

    /// <summary>What ends the last frame may stand behind its last byte.</summary>
    public bool TryEnd(ReadOnlySpan<byte> source)
    {
        var (read, written) = ((nuint)0, (nuint)0);
        return TryDecode(source, ref read, [], ref written) && read == (nuint)source.Length && _more == 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_context != 0 && Spare.Count < MostSpare && IsError(Reset(_context, SessionOnly)) == 0)
        {
            Spare.Add(_context);
        }
        else
        {
            _ = Free(_context);
        }

        _context = 0;
    }

    /// <summary>A page may be several frames, of which one call decodes at most one.</summary>
    private bool TryDecode(ReadOnlySpan<byte> source, ref nuint read, Span<byte> target, ref nuint written)
    {
        if (_context == 0)
        {
            return false;
        }

        fixed (byte* from = source, to = target)
        {
            var input = new Buffer { Start = from, Size = (nuint)source.Length, Position = read };
            var output = new Buffer { Start = to, Size = (nuint)target.Length, Position = written };
            for (var before = (read, written); ; before = (read, written))
            {
                var more = Decode(_context, &output, &input);
                (read, written) = (input.Position, output.Position);
                if (IsError(more) != 0)
                {
                    return false;
                }

                // Without a step forward the answer is about the frame that would come next.
                if (before == (read, written))
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

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_reset")]
    private static partial nuint Reset(nint context, int what);

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
