using BatchLLM.Rows;

namespace BatchLLM.Tests.Blobs;

/// <summary>One readable blob in memory whose reads come in pieces as small as a network's.</summary>
internal sealed class MemoryBlob(byte[] content, int bytesPerRead = int.MaxValue) : IBlobStore
{
    public const string Uri = "memory:/rows.jsonl";

    /// <summary>Bytes of the blob.</summary>
    public int Length => content.Length;

    public int BytesRead { get; private set; }

    public IAsyncEnumerable<BlobInfo> ListAsync(string pattern, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<Stream> OpenReadAsync(string uri, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Stream>(new PieceStream(this, content, bytesPerRead));

    public Task<BlobDigest> WriteAsync(
        string uri, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task MoveAsync(string from, string to, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task DeleteAsync(string uri, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> DeleteVersionAsync(string uri, string version, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    private sealed class PieceStream(MemoryBlob blob, byte[] content, int bytesPerRead)
        : MemoryStream(content, writable: false)
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var piece = buffer[..Math.Min(buffer.Length, bytesPerRead)];
            var read = await base.ReadAsync(piece, cancellationToken);
            blob.BytesRead += read;
            return read;
        }
    }
}
