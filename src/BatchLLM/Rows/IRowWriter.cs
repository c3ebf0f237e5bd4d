namespace BatchLLM.Rows;

/// <summary>Writes one shard's completed rows to a stream it does not own, in the order given.</summary>
public interface IRowWriter : IAsyncDisposable
{
    /// <summary>Appends a row.</summary>
    ValueTask WriteAsync(CompletedRow row, CancellationToken cancellationToken);

    /// <summary>Writes what the format needs at its end. The stream then holds a whole, valid file.</summary>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}
