namespace BatchLLM.Blobs.Compression;

/// <summary>The head of a gzip member (RFC 1952, section 2.3).</summary>
internal static class GzipHeader
{
    /// <summary>What each member begins with.</summary>
    public static ReadOnlySpan<byte> Magic => [0x1F, 0x8B];

    private const int FixedBytes = 10;
    private const int PaddingBytes = 1 << 12; // read at once
    private const int MaxTextBytes = 1 << 16; // of a file's name or comment: nobody writes longer ones
    private const byte Deflate = 8;
    private const byte HasChecksum = 2;
    private const byte HasExtra = 4;
    private const byte HasName = 8;
    private const byte HasComment = 16;
    private const byte Reserved = 0xE0;

    /// <summary>
    /// Passes over a head; false at the end of the file, and where zeros alone follow a member: tapes and blocks are padded with
    /// them, and gzip passes over them too.
    /// </summary>
    /// <param name="source">Stands at it, or at the end.</param>
    /// <param name="isFirst">True if no member came before: zeros alone are no gzip file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="InvalidDataException">What stands there is no head, or not a whole one.</exception>
    public static async ValueTask<bool> PassAsync(Stream source, bool isFirst, CancellationToken cancellationToken)
    {
        var head = new byte[FixedBytes];
        var length = await source.ReadAtLeastAsync(head, FixedBytes, throwOnEndOfStream: false, cancellationToken);
        if (length == 0 || (!isFirst && await IsPaddingAsync(source, head.AsMemory(0, length), cancellationToken)))
        {
            return false;
        }

        if (!IsHead(head.AsSpan(0, length)))
        {
            throw new InvalidDataException("no gzip member begins there");
        }

        var flags = head[3];
        await PassExtraAsync(source, flags, cancellationToken);
        await PassTextAsync(source, flags & HasName, cancellationToken);
        await PassTextAsync(source, flags & HasComment, cancellationToken);
        await PassAsync(source, (flags & HasChecksum) == 0 ? 0 : 2, cancellationToken);
        return true;
    }

    private static async ValueTask<bool> IsPaddingAsync(Stream source, ReadOnlyMemory<byte> read, CancellationToken cancellationToken)
    {
        var buffer = new byte[PaddingBytes];
        while (!read.IsEmpty)
        {
            if (read.Span.ContainsAnyExcept((byte)0))
            {
                return false;
            }

            read = buffer.AsMemory(0, await source.ReadAsync(buffer, cancellationToken));
        }

        return true;
    }

    private static bool IsHead(ReadOnlySpan<byte> head) =>
        head.Length == FixedBytes && head.StartsWith(Magic) && head[2] == Deflate && (head[3] & Reserved) == 0;

    private static async ValueTask PassExtraAsync(Stream source, byte flags, CancellationToken cancellationToken)
    {
        if ((flags & HasExtra) != 0)
        {
            var length = await PassAsync(source, 2, cancellationToken);
            await PassAsync(source, length[0] | (length[1] << 8), cancellationToken);
        }
    }

    private static async ValueTask PassTextAsync(Stream source, int flag, CancellationToken cancellationToken)
    {
        var passed = 0;
        while (flag != 0 && (await PassAsync(source, 1, cancellationToken))[0] != 0)
        {
            if (++passed > MaxTextBytes)
            {
                throw new InvalidDataException("a gzip member's name does not end");
            }
        }
    }

    private static async ValueTask<byte[]> PassAsync(Stream source, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        return await source.ReadAtLeastAsync(bytes, length, throwOnEndOfStream: false, cancellationToken) == length
            ? bytes
            : throw new InvalidDataException("it ends inside a gzip member's head");
    }
}
