using BatchLLM.Rows;

namespace BatchLLM.Tests.Blobs;

/// <summary>One readable blob in memory whose reads come in pieces as small as a network's.</summary>
internal sealed class MemoryBlob(byte[] content, int bytesPerRead = int.MaxValue) : IBlobSource
{
    public const string Uri = "memory:/rows.jsonl";

    /// <summary>Bytes of the blob.</summary>
    public int Length => content.Length;

    public int BytesRead { get; private set; }

    public ValueTask<Stream> OpenReadAsync(string uri, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Stream>(new PieceStream(this, content, bytesPerRead));

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
