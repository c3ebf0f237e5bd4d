namespace BatchLLM.Blobs.Compression;

/// <summary>Remembers how much the last read of a stream gave. The stream stays the caller's.</summary>
internal sealed class ReadTally(Stream source) : ForwardStream
{
    /// <summary>Bytes of the last read that gave any.</summary>
    public int LastRead { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken);
        LastRead = read > 0 ? read : LastRead;
        return read;
    }
}
