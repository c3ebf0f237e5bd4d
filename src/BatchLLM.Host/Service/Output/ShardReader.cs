using System.Security.Cryptography;
using BatchLLM.Rows;

namespace BatchLLM.Host.Service.Output;

/// <summary>Reads a shard's bytes, wherever publishing has put them by now.</summary>
/// <param name="blobs">Where outputs live.</param>
internal sealed class ShardReader(IBlobSource blobs)
{
    /// <summary>Copies the bytes.</summary>
    /// <exception cref="BatchLLMException">
    /// They are not there any more, or others are. The latter is known at their end only: what was copied is to be thrown away.
    /// </exception>
    public async Task CopyAsync(ShardFile file, Stream target, CancellationToken cancellationToken)
    {
        var (uri, source) = await OpenAsync(file, cancellationToken);
        await using var opened = source;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        for (var left = file.Digest.Length; left > 0;)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
            await source.ReadExactlyAsync(piece, cancellationToken);
            hash.AppendData(piece.Span);
            await target.WriteAsync(piece, cancellationToken);
            left -= piece.Length;
        }

        if (Convert.ToHexStringLower(hash.GetCurrentHash()) != file.Digest.Sha256)
        {
            throw Replaced(uri);
        }
    }

    /// <summary>The address under which the bytes stand now, in a file of their own.</summary>
    /// <exception cref="BatchLLMException">They are not there any more, or others are.</exception>
    public async Task<string> FindAsync(ShardFile file, CancellationToken cancellationToken)
    {
        var (uri, stream) = await OpenAsync(file, cancellationToken);
        await using var opened = stream;
        return stream.Length == file.Digest.Length ? uri : throw Replaced(uri);
    }

    /// <summary>The exception for a file that holds something else than the job wrote.</summary>
    /// <param name="uri">The file.</param>
    /// <param name="cause">What was thrown at its content; null if its length or digest told.</param>
    public static BatchLLMException Replaced(string uri, Exception? cause = null) => new(
        $"{uri} is not what the job wrote any more; another job may have written to the same output since, or someone by hand.",
        isTransient: false,
        cause)
    {
        Blob = BlobFailure.At(BlobFault.Replaced, uri),
    };

    // A shard's own file is moved or removed when its job is published, at any moment: then the final one stands already.
    private async Task<(string Uri, Stream Stream)> OpenAsync(ShardFile file, CancellationToken cancellationToken)
    {
        try
        {
            return (file.Attempt, await blobs.OpenReadAsync(file.Attempt, cancellationToken));
        }
        catch (BatchLLMException e) when (!e.IsTransient)
        {
            return (file.Published, await OpenPublishedAsync(file, cancellationToken));
        }
    }

    private async Task<Stream> OpenPublishedAsync(ShardFile file, CancellationToken cancellationToken)
    {
        var stream = await blobs.OpenReadAsync(file.Published, cancellationToken);
        if (stream.Length < file.Offset + file.Digest.Length)
        {
            await stream.DisposeAsync();
            throw Replaced(file.Published);
        }

        stream.Position = file.Offset;
        return stream;
    }
}
