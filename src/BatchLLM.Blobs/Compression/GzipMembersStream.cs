using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace BatchLLM.Blobs.Compression;

/// <summary>Decodes gzip, member after member, forward. Owns its source.</summary>
/// <remarks>
/// GZipStream was rejected: it takes a file that is cut short for its end, and ignores whatever follows a member that does
/// not look like another one, so rows would be lost without a word. A DeflateStream reads beyond the end of its data and
/// does not say how far; the member's trailer, whose eight bytes are known by then, is found again by its value.
/// </remarks>
internal sealed class GzipMembersStream(Stream source) : ForwardStream
{
    private const int TrailerBytes = 8;

    private readonly Crc32 _checksum = new(); // of the member so far
    private DeflateStream? _member;
    private ReadTally? _tally; // of the member's reads
    private long _length; // of the member so far

    /// <exception cref="InvalidDataException">The input is no gzip, damaged, or ends inside a member.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_member is not null || await BeginMemberAsync(cancellationToken))
        {
            var read = await ReadMemberAsync(buffer, cancellationToken);
            if (read > 0)
            {
                _checksum.Append(buffer.Span[..read]);
                _length += read;
                return read;
            }

            await EndMemberAsync(cancellationToken);
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _member?.Dispose();
            _tally?.Dispose();
            source.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<bool> BeginMemberAsync(CancellationToken cancellationToken)
    {
        if (!await GzipHeader.PassAsync(source, isFirst: _tally is null, cancellationToken))
        {
            return false;
        }

        _checksum.Reset();
        _length = 0;
        _tally = new ReadTally(source);
        _member = new DeflateStream(_tally, CompressionMode.Decompress);
        return true;
    }

    private async ValueTask<int> ReadMemberAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _member!.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException("its gzip data is not valid", e); // .NET speaks of unsupported methods here.
        }
    }

    /// <summary>Leaves the source behind the member's trailer, which begins in the piece last read or right behind it.</summary>
    private async ValueTask EndMemberAsync(CancellationToken cancellationToken)
    {
        await _member!.DisposeAsync();
        _member = null;
        var start = source.Position - _tally!.LastRead;
        source.Position = start;
        var window = new byte[_tally.LastRead + TrailerBytes + GzipHeader.Magic.Length];
        var length = await source.ReadAtLeastAsync(window, window.Length, throwOnEndOfStream: false, cancellationToken);
        var end = FindEnd(window.AsSpan(0, length), isAtEnd: source.Position == source.Length);
        source.Position = end < 0
            ? throw new InvalidDataException("its gzip data ends early, fails its checksum, or has other bytes behind it")
            : start + end;
    }

    // By value alone, a trailer of zeros would be found one byte early behind an empty member's data.
    private int FindEnd(ReadOnlySpan<byte> window, bool isAtEnd)
    {
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _checksum.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], unchecked((uint)_length));
        var padded = -1; // with zeros behind it, which may also be the last ones of a trailer
        for (var end = TrailerBytes; end <= window.Length; end++)
        {
            var rest = window[end..];
            if (!window[(end - TrailerBytes)..end].SequenceEqual(trailer))
            {
                continue;
            }

            if (rest.IsEmpty ? isAtEnd : rest.StartsWith(GzipHeader.Magic))
            {
                return end;
            }

            padded = rest.StartsWith((byte)0) ? end : padded;
            if (_length > 0)
            {
                break; // the same member may stand behind the zeros, and is not to be taken for this one
            }
        }

        return padded;
    }
}
