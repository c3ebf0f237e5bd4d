namespace BatchLLM.Blobs.S3;

/// <summary>
/// Cancels an attempt when nothing has been heard of it for too long. A limit on the whole attempt was rejected: it would
/// forbid slow connections, which are only slow.
/// </summary>
internal sealed class SilenceClock : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly TimeSpan _longest;

    /// <summary>Starts the clock.</summary>
    /// <param name="longest">Silence that is too long.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public SilenceClock(TimeSpan longest, CancellationToken cancellationToken)
    {
        _longest = longest;
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Heard();
    }

    /// <summary>For the attempt.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Something moved.</summary>
    public void Heard()
    {
        try
        {
            _source.CancelAfter(_longest);
        }
        catch (ObjectDisposedException)
        {
            // The client library tells of a body's progress from another thread, and may do so after the attempt's end.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
