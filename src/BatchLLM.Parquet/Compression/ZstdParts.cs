namespace BatchLLM.Parquet.Compression;

/// <summary>
/// A page that libzstd decompresses a part at a time. It keeps the window itself, and refuses windows of more than 128 MiB,
/// for which the page is decompressed whole.
/// </summary>
internal sealed class ZstdParts : IPartDecoder
{
    private nint _context = ZstdContexts.Take();
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
        ZstdContexts.Return(_context);
        _context = 0;
    }

    /// <summary>A page may be several frames, of which one call decodes at most one.</summary>
    private unsafe bool TryDecode(ReadOnlySpan<byte> source, ref nuint read, Span<byte> target, ref nuint written)
    {
        if (_context == 0)
        {
            return false;
        }

        fixed (byte* from = source, to = target)
        {
            var input = new Libzstd.Buffer { Start = from, Size = (nuint)source.Length, Position = read };
            var output = new Libzstd.Buffer { Start = to, Size = (nuint)target.Length, Position = written };
            for (var before = (read, written); ; before = (read, written))
            {
                var more = Libzstd.DecompressStream(_context, &output, &input);
                (read, written) = (input.Position, output.Position);
                if (Libzstd.IsError(more) != 0)
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
}
