using System.Diagnostics;
using System.Globalization;
using BatchLLM.Blobs.Remote;
using BatchLLM.IntegrationTests.Blobs.Faults;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs.S3;

/// <summary>Reads while the network and the service fail.</summary>
public sealed class S3ReadFaultTests(SwiftServer server) : IAsyncLifetime
{
    private FaultBucket? _bucket;

    private FaultBucket Bucket => _bucket!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bucket = await FaultBucket.CreateAsync(server);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(BodyEnd.Reset)]
    [InlineData(BodyEnd.Close)]
    [InlineData(BodyEnd.Silence)]
    public async Task A_body_that_breaks_off_is_read_on_from_the_byte_reached(object end)
    {
        const int Passed = 1_000_000;
        var cuts = 0;
        await using var proxy = await Bucket.ProxyAsync(request =>
            request.IsDownload && Interlocked.Increment(ref cuts) == 2 ? new Fault.CutBody(Passed, (BodyEnd)end) : null);

        Assert.Equal(Bucket.Content, await Bucket.ReadAsync(SwiftServer.StoreOf(proxy.Address, FaultBucket.Strict)));

        var downloads = proxy.Requests.Where(request => request.IsDownload).ToList();
        Assert.Equal(4, downloads.Count); // three ranges, and the rest of the second
        Assert.InRange(
            downloads[2].RangeStart!.Value, RangedReadStream.SequentialBytes + 1, RangedReadStream.SequentialBytes + Passed);
        Assert.All(downloads, request => Assert.NotEmpty(request.Headers["if-match"]));
    }

    [Fact]
    public async Task A_slow_body_is_only_slow()
    {
        await using var proxy = await Bucket.ProxyAsync(request => request.IsDownload ? new Fault.Trickle() : null);
        Assert.Equal(Bucket.Content, await Bucket.ReadAsync(FaultBucket.StoreOf(proxy)));
        Assert.Equal(3, proxy.Requests.Count(request => request.IsDownload));
    }

    [Fact]
    public async Task An_object_that_changes_while_its_body_breaks_off_is_named_and_never_mixed()
    {
        var cuts = 0;
        await using var proxy = await Bucket.ProxyAsync(request =>
        {
            if (!request.IsDownload)
            {
                return null;
            }

            if (++cuts == 2)
            {
                // The first body has broken off; what is asked for now is the rest of an object that is no more.
                Bucket.WriteAsync(Bucket.Direct, new byte[Bucket.Content.Length]).GetAwaiter().GetResult();
            }

            return cuts == 1 ? new Fault.CutBody(1_000, BodyEnd.Close) : null;
        });
        await using var stream = await FaultBucket.StoreOf(proxy).OpenReadAsync(Bucket.Uri, Cancellation);
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await stream.ReadExactlyAsync(new byte[2_000], Cancellation));
        Assert.Contains("it changed while it was read", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, cuts);
    }

    [Theory]
    [InlineData("206 Partial Content", "another", "it changed while it was read")]
    [InlineData("200 OK", null, "does not support ranges")]
    public async Task A_service_that_heeds_no_condition_or_no_range_is_found_out(string status, string? version, string said)
    {
        var found = Assert.Single(await Bucket.Direct.ListAsync(Bucket.Uri, Cancellation).ToListAsync(Cancellation));
        await using var proxy = await Bucket.ProxyAsync(request => request.IsDownload
            ? new Fault.Answer(status, $"ETag: \"{version ?? found.Version}\"") { Body = "short" }
            : null);

        var e = await Assert.ThrowsAsync<BatchLLMException>(() => Bucket.ReadAsync(FaultBucket.StoreOf(proxy)));

        Assert.Contains(said, e.Message, StringComparison.Ordinal);
        Assert.False(e.IsTransient);
    }

    [Theory]
    [InlineData("503 Slow Down")]
    [InlineData("429 Too Many Requests")]
    public async Task Retry_after_is_waited_for(string status)
    {
        var answers = 0;
        await using var proxy = await Bucket.ProxyAsync(request => request.IsDownload && Interlocked.Increment(ref answers) == 1
            ? new Fault.Answer(status, "Retry-After: 1")
            : null);

        Assert.Equal(Bucket.Content, await Bucket.ReadAsync(FaultBucket.StoreOf(proxy)));

        Assert.InRange(SecondsBetweenDownloads(proxy), 0.99, 60);
    }

    [Fact]
    public async Task Retry_after_may_name_a_moment()
    {
        var answers = 0;
        await using var proxy = await Bucket.ProxyAsync(request => request.IsDownload && Interlocked.Increment(ref answers) == 1
            ? new Fault.Answer(
                "503 Slow Down",
                string.Create(CultureInfo.InvariantCulture, $"Retry-After: {DateTimeOffset.UtcNow.AddSeconds(3):R}"))
            : null);

        Assert.Equal(Bucket.Content, await Bucket.ReadAsync(FaultBucket.StoreOf(proxy)));

        Assert.InRange(SecondsBetweenDownloads(proxy), 1.5, 60); // it names whole seconds
    }

    [Fact]
    public async Task A_service_that_stays_unwell_is_named_as_such()
    {
        await using var proxy = await Bucket.ProxyAsync(_ => new Fault.Answer("503 Slow Down"));
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await Bucket.ReadAsync(FaultBucket.StoreOf(proxy)));
        Assert.StartsWith($"Cannot read {Bucket.Uri}: the service answered 503", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsTransient);
        Assert.Equal(FaultBucket.Short.Retries + 1, proxy.Requests.Count);
    }

    [Theory]
    [InlineData("301 Moved Permanently")]
    [InlineData("400 Bad Request")]
    public async Task The_bucket_s_region_is_told_where_another_one_was_asked(string status)
    {
        await using var proxy = await Bucket.ProxyAsync(_ => new Fault.Answer(status, "x-amz-bucket-region: eu-west-1"));
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await Bucket.ReadAsync(FaultBucket.StoreOf(proxy)));
        Assert.Equal(
            $"Cannot read {Bucket.Uri}: the bucket is in the region eu-west-1; set AWS_REGION to that.", e.Message);
        Assert.False(e.IsTransient);
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_is_named_as_such()
    {
        var proxy = await Bucket.ProxyAsync(_ => null);
        var store = FaultBucket.StoreOf(proxy);
        await proxy.DisposeAsync();
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await Bucket.ReadAsync(store));
        Assert.StartsWith($"Cannot read {Bucket.Uri}: the connection failed, again and again (", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsTransient);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_named_as_such()
    {
        await using var proxy = await Bucket.ProxyAsync(_ => new Fault.NoAnswer());
        var store = SwiftServer.StoreOf(proxy.Address, FaultBucket.Strict with { Retries = 1 });
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await Bucket.ReadAsync(store));
        Assert.Equal($"Cannot read {Bucket.Uri}: the service fell silent, again and again.", e.Message);
        Assert.True(e.IsTransient);
        Assert.Equal(2, proxy.Requests.Count);
    }

    [Fact]
    public async Task A_cancelled_read_ends_at_once_and_is_no_failure()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var proxy = await Bucket.ProxyAsync(_ =>
        {
            source.Cancel();
            return new Fault.NoAnswer();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await FaultBucket.StoreOf(proxy).OpenReadAsync(Bucket.Uri, source.Token));
        Assert.Single(proxy.Requests);
    }

    private static double SecondsBetweenDownloads(FaultProxy proxy)
    {
        var downloads = proxy.Requests.Where(request => request.IsDownload).ToList();
        return Stopwatch.GetElapsedTime(downloads[0].Arrived, downloads[1].Arrived).TotalSeconds;
    }
}
