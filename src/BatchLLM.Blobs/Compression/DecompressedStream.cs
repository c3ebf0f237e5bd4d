namespace BatchLLM.Blobs.Compression;

/// <summary>
/// A compressed file's content, read forward. Damage, a missing end, and bytes behind the end become the user's sentence.
/// </summary>
internal sealed class DecompressedStream : ForwardStream
{
    private const int SkipBytes = 1 << 17;

    private readonly string _uri;
    private readonly Stream _source;
    private readonly Stream _decoder;
    private long _position;

    private DecompressedStream(string uri, Stream source, Stream decoder) =>
        (_uri, _source, _decoder) = (uri, source, decoder);

    /// <summary>Decompressed bytes read so far.</summary>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Opens the content of a compressed file, whose stream it then owns.</summary>
    /// <exception cref="BatchLLMException">The decoder is not installed.</exception>
    public static DecompressedStream Open(string uri, Stream source, FileCompression compression)
    {
        try
        {
            Stream decoder = compression switch
            {
                FileCompression.Gzip => new GzipMembersStream(source),
                FileCompression.Zstandard => new ZstandardStream(source),
                _ => throw new ArgumentOutOfRangeException(nameof(compression), compression, "Expected a compression."),
            };
            return new DecompressedStream(uri, source, decoder);
        }
        catch (DllNotFoundException e)
        {
            source.Dispose();
            throw new BatchLLMException(
                $"{uri} is compressed with Zstandard, and its library libzstd.so.1 is not installed: install the package " +
                "libzstd1 (libzstd on Fedora and Alpine), or decompress the file first.", isTransient: false, e);
        }
    }

    /// <summary>Passes over bytes; stops at the end.</summary>
    /// <exception cref="BatchLLMException">The file is damaged.</exception>
    public async ValueTask SkipAsync(long bytes, CancellationToken cancellationToken)
    {
        var passed = new byte[(int)Math.Min(bytes, SkipBytes)];
        while (bytes > 0)
        {
            var read = await ReadAsync(passed.AsMemory(0, (int)Math.Min(bytes, SkipBytes)), cancellationToken);
            bytes = read == 0 ? 0 : bytes - read;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await _decoder.ReadAsync(buffer, cancellationToken);
            _position += read;
            return read;
        }
        catch (InvalidDataException e)
        {
            throw new BatchLLMException(
                $"{_uri} is damaged or cut short near byte {_source.Position} of {_source.Length}, " +
                $"{_position} bytes into its content: {e.Message.TrimEnd('.')}. Get it again from where it came from.",
                isTransient: false,
                e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _decoder.Dispose();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }
}
