using Azure.Storage.Blobs;
using BatchLLM.IntegrationTests.Blobs.Azure;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Jobs whose input and output are blobs of an Azure account.</summary>
public sealed class AzureRunTests(CliFixture cli, AzuriteServer server) : RemoteRunConformance(cli), IAsyncLifetime
{
    private const string Variable = "BATCHLLM_AZURE_DEVSTOREACCOUNT1_CONNECTION_STRING";

    private string _name = "";
    private BlobContainerClient? _container;
    private Dictionary<string, string> _access = [];

    protected override string Place => $"az://{AzuriteServer.Account}/{_name}";

    protected override string Secret => "AccountKey";

    protected override (string Query, string Belongs) Signature =>
        ("sv=2024-11-04&sig=PRIVATE", "BATCHLLM_AZURE_DEVSTOREACCOUNT1_SAS");

    private protected override Dictionary<string, string> Access => _access;

    private protected override Dictionary<string, string> NoAccess =>
        new() { [Variable] = _access[Variable].Replace("AccountKey=E", "AccountKey=F", StringComparison.Ordinal) };

    public async ValueTask InitializeAsync()
    {
        _name = await server.CreateContainerAsync();
        _access = new Dictionary<string, string> { [Variable] = await server.ConnectionStringAsync() };
        _container = new BlobContainerClient(_access[Variable], _name);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_missing_container_is_named_and_no_secret_is_told()
    {
        var job = await RemoteAsync();
        job.Spec["input"] = $"az://{AzuriteServer.Account}/nowhere/*.jsonl";

        var result = await Cli.RunAsync(_access, "run", job.Save());

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("no container 'nowhere'", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, result.ToString(), StringComparison.Ordinal);
    }

    protected override Task UploadAsync(string name, string content) =>
        _container!.GetBlobClient(name).UploadAsync(BinaryData.FromString(content), overwrite: true);

    protected override async Task<IReadOnlyList<string>> NamesAsync() =>
        await _container!.GetBlobsAsync().Select(blob => blob.Name).ToListAsync();

    protected override Task DownloadAsync(string name, string path) => _container!.GetBlobClient(name).DownloadToAsync(path);
}
