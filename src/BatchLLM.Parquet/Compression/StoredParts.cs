using BatchLLM.Parquet.Reading;

namespace BatchLLM.Parquet.Compression;

/// <summary>A page that one of the decoders here decompresses; the source is read on when it needs more.</summary>
/// <param name="source">What is stored.</param>
/// <param name="decoder">Decodes it; disposed with this.</param>
internal sealed class StoredParts(StoredBytes source, IPartDecoder decoder) : Decompression
{
    /// <inheritdoc/>
    public override int Window => decoder.Window;

    /// <inheritdoc/>
    public override async ValueTask<int?> ContinueAsync(Memory<byte> target, int given)
    {
        while (TryStep(target.Span, given, out var count))
        {
            if (count > 0 || source.IsLast)
            {
                return count;
            }

            if (!await source.MoreAsync())
            {
                break;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> TryEndAsync()
    {
        if (!source.IsLast)
        {
            await source.MoreAsync();
        }

        return source.IsLast && decoder.TryEnd(source.Unread.Span);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        decoder.Dispose();
        base.Dispose();
    }

    private bool TryStep(Span<byte> target, int given, out int count)
    {
        var written = given;
        var isGood = decoder.TryContinue(source.Unread.Span, source.IsLast, out var read, target, ref written);
        source.Advance(read);
        count = written - given;
        return isGood;
    }
}
