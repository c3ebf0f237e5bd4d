namespace BatchLLM.Parquet.Reading;

/// <summary>A file that several threads read, one after another: those that want rows, and those that decompress pages.</summary>
internal sealed class SourceInTurns(IParquetSource source) : IParquetSource, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <inheritdoc/>
    public long Length => source.Length;

    /// <inheritdoc/>
    public async ValueTask ReadExactlyAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await source.ReadExactlyAsync(offset, buffer, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
