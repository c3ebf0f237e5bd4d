using BatchLLM.Blobs.Remote;
using BatchLLM.IntegrationTests.Blobs.Faults;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs.Remote;

/// <summary>A blob of three ranges, and what leads to it through something that breaks.</summary>
/// <param name="server">Where the service listens.</param>
/// <param name="uri">The blob.</param>
/// <param name="storeOf">
/// A store of an address that tries <see cref="Retries"/> times again, soon, and waits for a silent service for as long as told.
/// </param>
internal sealed class FaultyBlob(Uri server, string uri, Func<Uri, TimeSpan, IBlobStore> storeOf)
{
    /// <summary>Of every store.</summary>
    public const int Retries = 3;

    /// <summary>For tests in which something falls silent.</summary>
    public static readonly TimeSpan ShortSilence = TimeSpan.FromSeconds(2);

    /// <summary>Time for a busy machine.</summary>
    public static readonly TimeSpan LongSilence = TimeSpan.FromSeconds(30);

    public string Uri => uri;

    /// <summary>What it holds at first.</summary>
    public byte[] Content { get; } = RandomBytes.Of((2 * RangedReadStream.SequentialBytes) + 999);

    /// <summary>Past all faults.</summary>
    public IBlobStore Direct { get; } = storeOf(server, LongSilence);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Stands before the server.</summary>
    public FaultProxy Proxy(Func<ProxiedRequest, Fault?> decide) => new(server, decide);

    public IBlobStore StoreOf(FaultProxy proxy) => storeOf(proxy.Address, LongSilence);

    public IBlobStore ImpatientStoreOf(FaultProxy proxy) => storeOf(proxy.Address, ShortSilence);

    public Task<BlobDigest> WriteAsync(IBlobStore store, byte[] content, string? other = null) => store.WriteAsync(
        other ?? uri, (stream, token) => stream.WriteAsync(content, token).AsTask(), Cancellation);

    public async Task<byte[]> ReadAsync(IBlobStore store, string? other = null)
    {
        await using var stream = await store.OpenReadAsync(other ?? uri, Cancellation);
        var read = new byte[stream.Length];
        await stream.ReadExactlyAsync(read, Cancellation);
        return read;
    }
}
