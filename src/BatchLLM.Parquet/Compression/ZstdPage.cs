using BatchLLM.Parquet.Reading;

namespace BatchLLM.Parquet.Compression;

/// <summary>
/// A page in Zstandard: decompressed in place where its frame goes back by no more than rooms hold, as with all levels but the
/// highest, and else through a window that the library keeps.
/// </summary>
internal sealed class ZstdPage(StoredBytes source) : Decompression
{
    private Decompression? _way;

    /// <inheritdoc/>
    public override int LeastRoom => ZstdInPlace.BlockBytes;

    /// <summary>As if in place until that is known.</summary>
    public override int Reach => _way?.Reach ?? ZstdInPlace.MostReach;

    /// <inheritdoc/>
    public override async ValueTask<int?> ContinueAsync(Memory<byte> target, int given)
    {
        _way ??= Libzstd.HasBlocks && await ZstdInPlace.FitsAsync(source)
            ? new ZstdInPlace(source)
            : new StoredParts(source, new ZstdParts());
        return await _way.ContinueAsync(target, given);
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> TryEndAsync() => _way is not null && await _way.TryEndAsync();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _way?.Dispose();
        base.Dispose();
    }
}
