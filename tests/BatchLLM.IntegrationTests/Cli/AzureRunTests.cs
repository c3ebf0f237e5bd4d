using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using BatchLLM.IntegrationTests.Blobs.Azure;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Jobs whose input and output are blobs of a server.</summary>
public sealed class AzureRunTests(CliFixture cli, AzuriteServer server) : IClassFixture<CliFixture>, IAsyncLifetime
{
    private const string Variable = "BATCHLLM_AZURE_DEVSTOREACCOUNT1_CONNECTION_STRING";

    private string _name = "";
    private BlobContainerClient? _container;
    private Dictionary<string, string> _environment = [];

    private string Place => $"az://{AzuriteServer.Account}/{_name}";

    public async ValueTask InitializeAsync()
    {
        _name = await server.CreateContainerAsync();
        _environment = new Dictionary<string, string> { [Variable] = await server.ConnectionStringAsync() };
        _container = new BlobContainerClient(_environment[Variable], _name);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    public async Task A_job_runs_from_blobs_to_blobs(string format)
    {
        var (local, remote) = (new TicketJob(cli.DataDirectory), await RemoteAsync());
        local.Spec["output"]!["format"] = format;
        remote.Spec["output"]!["format"] = format;

        var expected = await cli.RunAsync(_environment, "run", local.Save(), "--json");
        var result = await cli.RunAsync(_environment, "run", remote.Save(), "--json");

        Assert.True(expected.ExitCode is 0 or 3, expected.ToString());
        Assert.True(result.ExitCode == expected.ExitCode, result.ToString());
        await DownloadAsync(remote);
        Assert.Equal(await PartContent.OfAsync(local), await PartContent.OfAsync(remote));
    }

    [Theory]
    [InlineData("SomePartsPublished")]
    [InlineData("ReceiptWritten")]
    public async Task A_job_whose_worker_was_killed_is_finished_by_the_next(string window)
    {
        var job = await RemoteAsync();
        var path = job.Save();
        var environment = new Dictionary<string, string>(_environment) { ["BATCHLLM_TEST_KILL_AT"] = window };
        var killed = await cli.RunAsync(environment, "run", path);

        var result = await cli.RunAsync(_environment, "run", path);

        Assert.Equal(CliResult.Killed, killed.ExitCode);
        Assert.True(result.ExitCode is 0 or 3, result.ToString());
        await DownloadAsync(job);
        OutputCheck.IsWhole(job);
    }

    [Fact]
    public async Task Validate_and_inspect_read_blobs()
    {
        var job = await RemoteAsync();

        var validated = await cli.RunAsync(_environment, "validate", job.Save(), "--measure", "0", "--json");
        var inspected = await cli.RunAsync(_environment, "inspect", $"{Place}/in/tickets-1.jsonl", "--json");

        Assert.True(validated.ExitCode == 0, validated.ToString());
        Assert.True(inspected.ExitCode == 0, inspected.ToString());
        Assert.True(await _container!.GetBlobClient("out/preflight.json").ExistsAsync(), "no report beside the output");
    }

    [Fact]
    public async Task A_job_file_with_a_signature_is_refused_before_anything_is_stored()
    {
        var job = await RemoteAsync();
        job.Spec["output"]!["uri"] = $"{Place}/out?sv=2024-11-04&sig=SECRET";

        var result = await cli.RunAsync(_environment, "run", job.Save());

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("BATCHLLM_AZURE_DEVSTOREACCOUNT1_SAS", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", result.ToString(), StringComparison.Ordinal);
        var status = await cli.RunAsync(_environment, "status", "--json");
        Assert.DoesNotContain(job.Name, status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_container_is_named_and_no_secret_is_told()
    {
        var job = await RemoteAsync();
        job.Spec["input"] = $"az://{AzuriteServer.Account}/nowhere/*.jsonl";

        var result = await cli.RunAsync(_environment, "run", job.Save());

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("no container 'nowhere'", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("AccountKey", result.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A job whose input lies in two blobs, which a glob finds.</summary>
    private async Task<TicketJob> RemoteAsync()
    {
        var job = new TicketJob(cli.DataDirectory);
        var lines = await File.ReadAllLinesAsync(job.Input);
        await UploadAsync("in/tickets-1.jsonl", lines[..20]);
        await UploadAsync("in/tickets-2.jsonl", lines[20..]);
        job.Spec["input"] = new JsonObject { ["uri"] = $"{Place}/in/tickets-?.jsonl", ["format"] = "jsonl" };
        job.Spec["output"]!["uri"] = $"{Place}/out/";
        return job;
    }

    private async Task UploadAsync(string name, string[] lines) =>
        await _container!.GetBlobClient(name).UploadAsync(BinaryData.FromString(string.Join('\n', lines) + "\n"), overwrite: true);

    /// <summary>Everything of the output to where a local job has it.</summary>
    private async Task DownloadAsync(TicketJob job)
    {
        Directory.CreateDirectory(job.Output);
        await foreach (var blob in _container!.GetBlobsAsync(prefix: "out/"))
        {
            await _container.GetBlobClient(blob.Name).DownloadToAsync(
                Path.Combine(job.Output, blob.Name["out/".Length..]));
        }
    }
}
