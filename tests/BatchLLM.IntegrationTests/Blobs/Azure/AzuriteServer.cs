using Azure.Storage.Blobs;
using BatchLLM.Blobs.Azure;
using BatchLLM.IntegrationTests.Blobs.Azure;
using BatchLLM.IntegrationTests.Cli;
using Xunit;

[assembly: AssemblyFixture(typeof(AzuriteServer))]

namespace BatchLLM.IntegrationTests.Blobs.Azure;

/// <summary>One Azurite for all tests, in memory.</summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    /// <summary>The account and key that every emulator of the service has; both are published.</summary>
    internal const string Account = "devstoreaccount1";

    private const string Key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly ServerProcess _server = new(
        "node",
        Path.Combine(Checkout.Root, "tests", "azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js"),
        "if it is not there, run tests/azurite/install.sh",
        _ => ["--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck"]);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Where it listens.</summary>
    internal Task<Uri> AddressAsync() => _server.AddressAsync();

    /// <summary>A new, empty container, and its name.</summary>
    internal async Task<string> CreateContainerAsync()
    {
        var name = $"test-{Guid.NewGuid():n}";
        await new BlobServiceClient(await ConnectionStringAsync()).CreateBlobContainerAsync(name);
        return name;
    }

    internal async Task<string> ConnectionStringAsync() => ConnectionString(await AddressAsync());

    /// <summary>Leads to the server, or to what stands before it.</summary>
    internal static string ConnectionString(Uri address) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={address}{Account};";

    /// <summary>A store whose only configured account is this one.</summary>
    internal static AzureBlobStore StoreOf(string connectionString, AzurePatience patience) => new(new AzureAccounts(
        name => name == AzureVariables.ConnectionString(Account) ? connectionString : null, patience), TimeProvider.System);
}
