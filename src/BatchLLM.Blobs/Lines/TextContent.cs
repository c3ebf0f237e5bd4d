using BatchLLM.Blobs.Compression;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Lines;

/// <summary>A file's text, decompressed if its name says so. Offsets are those of the text.</summary>
/// <param name="store">Where files live.</param>
internal sealed class TextContent(IBlobSource store)
{
    /// <summary>Opens a text at its first line, behind a byte order mark.</summary>
    /// <exception cref="BatchLLMException">The file is missing, damaged, or refused.</exception>
    public async ValueTask<Stream> OpenAsync(string uri, HeadRefusal refusal, CancellationToken cancellationToken) =>
        await OpenAsync(uri, await CheckHeadAsync(uri, refusal, cancellationToken), cancellationToken);

    /// <summary>Opens a text at an offset.</summary>
    /// <exception cref="BatchLLMException">The file is missing or damaged.</exception>
    /// <remarks>Compressed text is decompressed from its start: see <see cref="LineSource"/>.</remarks>
    public async ValueTask<Stream> OpenAsync(string uri, long offset, CancellationToken cancellationToken)
    {
        var source = await store.OpenReadAsync(uri, cancellationToken);
        var compression = FileCompressions.Of(uri);
        if (compression == FileCompression.None)
        {
            source.Position = offset;
            return source;
        }

        var text = DecompressedStream.Open(uri, source, compression);
        try
        {
            await text.SkipAsync(offset, cancellationToken);
            return text;
        }
        catch
        {
            await text.DisposeAsync();
            throw;
        }
    }

    /// <summary>Length of the byte order mark, if the head is not refused.</summary>
    private async ValueTask<int> CheckHeadAsync(string uri, HeadRefusal refusal, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(uri, offset: 0, cancellationToken);
        var head = new byte[TextHead.Bytes];
        var length = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return refusal(head.AsSpan(0, length), uri) is { } found
            ? throw new BatchLLMException($"{uri} {found}")
            : TextHead.ByteOrderMark(head.AsSpan(0, length)).Length;
    }
}
