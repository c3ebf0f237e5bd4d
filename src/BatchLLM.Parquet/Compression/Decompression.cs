namespace BatchLLM.Parquet.Compression;

/// <summary>
/// The decompression of one page under way: gives it from its first byte to its last, a part at a time, so that a large
/// page never stands in memory whole.
/// </summary>
internal abstract class Decompression : IDisposable
{
    /// <summary>Bytes of room that are enough for the next part, however it is made.</summary>
    public virtual int LeastRoom => 64;

    /// <summary>Bytes given before that must stand in front of those that come next, as far as there are so many.</summary>
    public virtual int Window => 0;

    /// <summary>
    /// Bytes given before that must stay as they are where they were put, in the room that is filled and the one before it,
    /// as far as there are so many; 0 if none. Each room has space for so many and <see cref="LeastRoom"/> more.
    /// </summary>
    public virtual int Reach => 0;

    /// <summary>Gives the next bytes; what is stored of them is read where it is not here yet.</summary>
    /// <param name="target">
    /// Begins with bytes that were given before; ends where the room ends, or the page if that is nearer.
    /// </param>
    /// <param name="given">How many those are; at least the <see cref="Window"/>.</param>
    /// <returns>
    /// Bytes that were put behind them: at least one, unless the source has ended, or less than <see cref="LeastRoom"/> of
    /// room is left and the page goes on after it. Null if it cannot be done a part at a time; the codec itself then says
    /// whether it can be at all.
    /// </returns>
    public abstract ValueTask<int?> ContinueAsync(Memory<byte> target, int given);

    /// <summary>True if the source ends where the page does.</summary>
    public abstract ValueTask<bool> TryEndAsync();

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
