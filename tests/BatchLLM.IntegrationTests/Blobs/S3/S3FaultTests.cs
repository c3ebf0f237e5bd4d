using System.Globalization;
using BatchLLM.Blobs.S3;
using BatchLLM.IntegrationTests.Blobs.Faults;
using BatchLLM.IntegrationTests.Blobs.Remote;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs.S3;

/// <summary>The store while the network and the service fail, as far as all stores do the same, and reads.</summary>
public sealed class S3FaultTests(SwiftServer server) : FaultConformance
{
    protected override int BlockBytes => S3Parts.Bytes;

    private protected override Task<FaultyBlob> CreateAsync() => FaultBucket.CreateAsync(server);

    [Theory]
    [InlineData("206 Partial Content", "another", "it changed while it was read")]
    [InlineData("200 OK", null, "does not support ranges")]
    public async Task A_service_that_heeds_no_condition_or_no_range_is_found_out(string status, string? version, string said)
    {
        var found = Assert.Single(await Blob.Direct.ListAsync(Blob.Uri, Cancellation).ToListAsync(Cancellation));
        await using var proxy = Blob.Proxy(request => request.IsDownload
            ? new Fault.Answer(status, $"ETag: \"{version ?? found.Version}\"") { Body = "short" }
            : null);

        var e = await Assert.ThrowsAsync<BatchLLMException>(() => Blob.ReadAsync(Blob.StoreOf(proxy)));

        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.False(e.IsTransient);
    }

    [Fact]
    public async Task Retry_after_may_name_a_moment()
    {
        var answers = 0;
        await using var proxy = Blob.Proxy(request => request.IsDownload && Interlocked.Increment(ref answers) == 1
            ? new Fault.Answer(
                "503 Slow Down",
                string.Create(CultureInfo.InvariantCulture, $"Retry-After: {DateTimeOffset.UtcNow.AddSeconds(3):R}"))
            : null);

        Assert.Equal(Blob.Content, await Blob.ReadAsync(Blob.StoreOf(proxy)));

        Assert.InRange(SecondsBetweenDownloads(proxy), 1.5, 60); // it names whole seconds
    }

    [Theory]
    [InlineData("301 Moved Permanently")]
    [InlineData("400 Bad Request")]
    public async Task The_bucket_s_region_is_told_where_another_one_was_asked(string status)
    {
        await using var proxy = Blob.Proxy(_ => new Fault.Answer(status, "x-amz-bucket-region: eu-west-1"));
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await Blob.ReadAsync(Blob.StoreOf(proxy)));
        Assert.Equal(
            $"Cannot read {Blob.Uri}: the bucket is in the region eu-west-1; set AWS_REGION to that.", e.Message);
        Assert.False(e.IsTransient);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_named_as_such()
    {
        await using var proxy = Blob.Proxy(_ => new Fault.NoAnswer());
        var store = SwiftServer.StoreOf(proxy.Address, FaultBucket.Patience(FaultyBlob.ShortSilence) with { Retries = 1 });
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await Blob.ReadAsync(store));
        Assert.Equal($"Cannot read {Blob.Uri}: the service fell silent, again and again.", e.Message);
        Assert.True(e.IsTransient);
        Assert.Equal(2, proxy.Requests.Count);
    }
}
