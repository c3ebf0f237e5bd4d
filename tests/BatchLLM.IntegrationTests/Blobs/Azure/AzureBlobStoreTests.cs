using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using BatchLLM.Blobs.Azure;
using BatchLLM.IntegrationTests.Blobs.Faults;
using BatchLLM.IntegrationTests.Blobs.Remote;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs.Azure;

/// <summary>The store against a real server of the protocol.</summary>
public sealed class AzureBlobStoreTests(AzuriteServer server) : RemoteStoreConformance, IAsyncLifetime
{
    private string _connectionString = "";
    private string _container = "";
    private AzureBlobStore? _store;

    protected override IBlobStore Store => _store!;

    // Deep in the container, under a name that needs escapes.
    protected override string Root => $"az://{AzuriteServer.Account}/{_container}/some%20place/100%25";

    protected override int BlockBytes => AzureBlocks.Bytes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _connectionString = await server.ConnectionStringAsync();
        _container = await server.CreateContainerAsync();
        _store = AzuriteServer.StoreOf(_connectionString, new AzurePatience { Retries = 0 });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_missing_container_is_named()
    {
        var uri = $"az://{AzuriteServer.Account}/nowhere/a.jsonl";
        var errors = new List<BatchLLMException>
        {
            await Assert.ThrowsAsync<BatchLLMException>(async () => await Store.OpenReadAsync(uri, Cancellation)),
            await Assert.ThrowsAsync<BatchLLMException>(() => Store.WriteAsync(uri, (_, _) => Task.CompletedTask, Cancellation)),
            await Assert.ThrowsAsync<BatchLLMException>(async () => await Store.ListAsync(uri, Cancellation).ToListAsync()),
            await Assert.ThrowsAsync<BatchLLMException>(async () => await Store.ListAsync(uri + "*", Cancellation).ToListAsync()),
        };
        Assert.All(errors, e => Assert.Contains("no container 'nowhere'", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Folder_marks_are_no_blobs_and_empty_parts_of_names_are()
    {
        var container = new BlobContainerClient(_connectionString, _container);
        var mark = new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["hdi_isfolder"] = "true" } };
        await container.GetBlobClient("d").UploadAsync(BinaryData.FromString(""), mark, Cancellation);
        await PutEmptyAsync($"{container.Uri}/e/");
        await container.GetBlobClient("d//b.jsonl").UploadAsync(BinaryData.FromString("1"), Cancellation);
        Assert.Contains("e/", await container.GetBlobsAsync().Select(blob => blob.Name).ToListAsync(Cancellation));

        var place = $"az://{AzuriteServer.Account}/{_container}";
        var all = await Store.ListAsync($"{place}/**", Cancellation).ToListAsync(Cancellation);
        Assert.Equal($"{place}/d//b.jsonl", string.Join(" and ", all.Select(blob => blob.Uri)));
        Assert.Empty(await Store.ListAsync($"{place}/d", Cancellation).ToListAsync(Cancellation));
        Assert.Empty(await Store.ListAsync($"{place}/e/", Cancellation).ToListAsync(Cancellation));
        Assert.Equal(all, await Store.ListAsync(all[0].Uri, Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Listings_of_several_pages_are_whole()
    {
        var container = new BlobContainerClient(_connectionString, _container);
        var names = Enumerable.Range(0, 101).Select(i => $"many/{i:D5}").ToList();
        await Parallel.ForEachAsync(names, Cancellation, async (name, token) =>
            await container.GetBlobClient(name).UploadAsync(BinaryData.FromString(""), token));

        // A page of the service's holds 5,000, and filling one takes most of a minute.
        await using var proxy = new FaultProxy(
            await server.AddressAsync(),
            request => request.Target.Contains("comp=list", StringComparison.Ordinal) ? new Fault.AddParameter("maxresults=10") : null);
        var place = $"az://{AzuriteServer.Account}/{_container}/";
        var store = SignedStore(new Uri(proxy.Address, AzuriteServer.Account), AccountSasPermissions.All, AccountSasResourceTypes.All);
        var found = await store.ListAsync(place + "many/*", Cancellation).ToListAsync(Cancellation);
        Assert.Equal(names, found.Select(blob => blob.Uri[place.Length..]));
        Assert.Equal(11, proxy.Requests.Count);
    }

    [Fact]
    public async Task A_signature_is_enough_to_read_write_list_and_move_and_is_never_told()
    {
        var service = new BlobServiceClient(_connectionString).Uri;
        var store = SignedStore(service, AccountSasPermissions.All, AccountSasResourceTypes.All);
        await store.WriteAsync($"{Root}/a", (stream, token) => stream.WriteAsync("content"u8.ToArray(), token).AsTask(), Cancellation);
        await store.MoveAsync($"{Root}/a", $"{Root}/b", Cancellation);
        Assert.Equal("content"u8.ToArray(), await ReadAsync("b"));
        Assert.Single(await store.ListAsync($"{Root}/*", Cancellation).ToListAsync(Cancellation));

        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await store.OpenReadAsync($"{Root}/c", Cancellation));
        Assert.DoesNotContain("sig=", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_without_the_right_is_refused_by_name()
    {
        var service = new BlobServiceClient(_connectionString).Uri;
        var store = SignedStore(service, AccountSasPermissions.List, AccountSasResourceTypes.Container);
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await store.OpenReadAsync($"{Root}/a", Cancellation));
        Assert.Contains("the account refused this process (403", e.Message, StringComparison.Ordinal);
        Assert.Contains("BATCHLLM_AZURE_DEVSTOREACCOUNT1_SAS", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", e.ToString(), StringComparison.Ordinal);
    }

    private AzureBlobStore SignedStore(Uri service, AccountSasPermissions permissions, AccountSasResourceTypes resources)
    {
        var signed = new BlobServiceClient(_connectionString).GenerateAccountSasUri(
            permissions, DateTimeOffset.UtcNow.AddHours(1), resources);
        return AzuriteServer.StoreOf(
            $"BlobEndpoint={service};SharedAccessSignature={signed.Query.TrimStart('?')}", new AzurePatience { Retries = 0 });
    }

    /// <summary>Without the client library, which cuts a closing slash off.</summary>
    private async Task PutEmptyAsync(string address)
    {
        var signed = new BlobServiceClient(_connectionString).GenerateAccountSasUri(
            AccountSasPermissions.All, DateTimeOffset.UtcNow.AddHours(1), AccountSasResourceTypes.All);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, address + signed.Query);
        request.Content = new ByteArrayContent([]);
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var answer = await client.SendAsync(request, Cancellation);
        answer.EnsureSuccessStatusCode();
    }
}
