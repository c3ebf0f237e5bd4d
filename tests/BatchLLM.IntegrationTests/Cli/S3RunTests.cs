using Amazon.S3;
using Amazon.S3.Model;
using BatchLLM.IntegrationTests.Blobs.S3;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Jobs whose input and output are objects of a service that speaks S3's protocol.</summary>
public sealed class S3RunTests(CliFixture cli, SwiftServer server) : RemoteRunConformance(cli), IAsyncLifetime
{
    private string _bucket = "";
    private AmazonS3Client? _client;
    private Dictionary<string, string> _access = [];

    protected override string Place => $"s3://{_bucket}";

    protected override string Secret => SwiftServer.AccessKey;

    protected override (string Query, string Belongs) Signature =>
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=PRIVATE", "AWS_SECRET_ACCESS_KEY");

    private protected override Dictionary<string, string> Access => _access;

    private protected override Dictionary<string, string> NoAccess => new(_access) { ["AWS_SECRET_ACCESS_KEY"] = "wrong" };

    public async ValueTask InitializeAsync()
    {
        _bucket = await server.CreateBucketAsync();
        _client = await server.ClientAsync();
        _access = new Dictionary<string, string>
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

    [Fact]
    public async Task A_profile_of_the_shared_files_lets_in()
    {
        var job = await RemoteAsync();
        var profile = Path.Combine(job.Directory, "credentials");
        await File.WriteAllTextAsync(
            profile,
            $"[tests]\naws_access_key_id = {SwiftServer.AccessKey}\naws_secret_access_key = {SwiftServer.SecretKey}\n" +
            $"region = us-east-1\nendpoint_url = {_access["AWS_ENDPOINT_URL_S3"]}\n");
        var environment = new Dictionary<string, string>
        {
            ["AWS_PROFILE"] = "tests",
            ["AWS_SHARED_CREDENTIALS_FILE"] = profile,
            ["AWS_CONFIG_FILE"] = "/nonexistent",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };

        var inspected = await Cli.RunAsync(environment, "inspect", $"{Place}/in/tickets-1.jsonl", "--json");

        Assert.True(inspected.ExitCode == 0, inspected.ToString());
    }

    [Theory]
    [InlineData("AWS_SECRET_ACCESS_KEY", "PRIVATE", "refused this process (403 SignatureDoesNotMatch)")]
    [InlineData("AWS_ACCESS_KEY_ID", "", "has no credentials for S3")]
    [InlineData("AWS_ENDPOINT_URL_S3", "user:PRIVATE@host", "AWS_ENDPOINT_URL_S3")]
    public async Task What_is_wrong_in_the_access_is_named_and_not_told(string variable, string value, string said)
    {
        var environment = new Dictionary<string, string>(_access) { [variable] = value };

        var result = await Cli.RunAsync(environment, "inspect", $"{Place}/in/*.jsonl");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", result.ToString(), StringComparison.Ordinal);
    }

    protected override Task UploadAsync(string name, string content) => _client!.PutObjectAsync(
        new PutObjectRequest { BucketName = _bucket, Key = name, ContentBody = content, UseChunkEncoding = false });

    protected override async Task<IReadOnlyList<string>> NamesAsync()
    {
        var pages = _client!.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = _bucket });
        return await pages.S3Objects.Select(item => item.Key).ToListAsync();
    }

    protected override async Task DownloadAsync(string name, string path)
    {
        using var found = await _client!.GetObjectAsync(_bucket, name);
        await found.WriteResponseStreamToFileAsync(path, append: false, default);
    }
}
