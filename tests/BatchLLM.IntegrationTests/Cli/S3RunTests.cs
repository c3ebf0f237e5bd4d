using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using BatchLLM.IntegrationTests.Blobs.S3;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Jobs whose input and output are objects of a service that speaks S3's protocol.</summary>
public sealed class S3RunTests(CliFixture cli, SwiftServer server) : IClassFixture<CliFixture>, IAsyncLifetime
{
    private string _bucket = "";
    private AmazonS3Client? _client;
    private Dictionary<string, string> _environment = [];

    private string Place => $"s3://{_bucket}";

    public async ValueTask InitializeAsync()
    {
        _bucket = await server.CreateBucketAsync();
        _client = await server.ClientAsync();
        _environment = new Dictionary<string, string>
        {
            ["AWS_ENDPOINT_URL_S3"] = (await server.AddressAsync()).AbsoluteUri,
            ["AWS_ACCESS_KEY_ID"] = SwiftServer.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = SwiftServer.SecretKey,
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_CONFIG_FILE"] = "/nonexistent",
            ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent",
        };
    }

    public ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    public async Task A_job_runs_from_objects_to_objects(string format)
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
        Assert.DoesNotContain(SwiftServer.AccessKey, result.ToString(), StringComparison.Ordinal);
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
    public async Task Validate_and_inspect_read_objects_with_a_profile_of_the_shared_files()
    {
        var job = await RemoteAsync();
        var profile = Path.Combine(job.Directory, "credentials");
        await File.WriteAllTextAsync(
            profile,
            $"[tests]\naws_access_key_id = {SwiftServer.AccessKey}\naws_secret_access_key = {SwiftServer.SecretKey}\n" +
            $"region = us-east-1\nendpoint_url = {_environment["AWS_ENDPOINT_URL_S3"]}\n");
        var environment = new Dictionary<string, string>
        {
            ["AWS_PROFILE"] = "tests",
            ["AWS_SHARED_CREDENTIALS_FILE"] = profile,
            ["AWS_CONFIG_FILE"] = "/nonexistent",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };

        var validated = await cli.RunAsync(environment, "validate", job.Save(), "--measure", "0", "--json");
        var inspected = await cli.RunAsync(environment, "inspect", $"{Place}/in/tickets-1.jsonl", "--json");

        Assert.True(validated.ExitCode == 0, validated.ToString());
        Assert.True(inspected.ExitCode == 0, inspected.ToString());
        Assert.Contains("out/preflight.json", await KeysAsync());
    }

    [Fact]
    public async Task A_job_file_with_a_signature_is_refused_before_anything_is_stored()
    {
        var job = await RemoteAsync();
        job.Spec["output"]!["uri"] = $"{Place}/out?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=PRIVATE";

        var result = await cli.RunAsync(_environment, "run", job.Save());

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("AWS_SECRET_ACCESS_KEY", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", result.ToString(), StringComparison.Ordinal);
        var status = await cli.RunAsync(_environment, "status", "--json");
        Assert.DoesNotContain(job.Name, status.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS_SECRET_ACCESS_KEY", "PRIVATE", "refused this process (403 SignatureDoesNotMatch)")]
    [InlineData("AWS_ACCESS_KEY_ID", "", "has no credentials for S3")]
    [InlineData("AWS_ENDPOINT_URL_S3", "user:PRIVATE@host", "AWS_ENDPOINT_URL_S3")]
    public async Task What_is_wrong_in_the_environment_is_named_and_not_told(string variable, string value, string said)
    {
        var environment = new Dictionary<string, string>(_environment) { [variable] = value };

        var result = await cli.RunAsync(environment, "inspect", $"{Place}/in/*.jsonl");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", result.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A job whose input lies in two objects, which a glob finds.</summary>
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

    private async Task UploadAsync(string key, string[] lines) => await _client!.PutObjectAsync(new PutObjectRequest
    {
        BucketName = _bucket,
        Key = key,
        ContentBody = string.Join('\n', lines) + "\n",
        UseChunkEncoding = false,
    });

    /// <summary>Everything of the output to where a local job has it.</summary>
    private async Task DownloadAsync(TicketJob job)
    {
        Directory.CreateDirectory(job.Output);
        foreach (var key in (await KeysAsync()).Where(key => key.StartsWith("out/", StringComparison.Ordinal)))
        {
            using var found = await _client!.GetObjectAsync(_bucket, key);
            await found.WriteResponseStreamToFileAsync(Path.Combine(job.Output, key["out/".Length..]), append: false, default);
        }
    }

    private async Task<List<string>> KeysAsync()
    {
        var pages = _client!.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = _bucket });
        return await pages.S3Objects.Select(item => item.Key).ToListAsync();
    }
}
