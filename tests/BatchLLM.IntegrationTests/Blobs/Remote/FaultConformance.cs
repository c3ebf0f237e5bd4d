using System.Diagnostics;
using BatchLLM.Blobs.Remote;
using BatchLLM.IntegrationTests.Blobs.Faults;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs.Remote;

/// <summary>What every store on a server must do while the network and the service fail.</summary>
public abstract class FaultConformance : IAsyncLifetime
{
    private FaultyBlob? _blob;

    /// <summary>What is longer is written in several blocks.</summary>
    protected abstract int BlockBytes { get; }

    private protected FaultyBlob Blob => _blob!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _blob = await CreateAsync();
        await Blob.WriteAsync(Blob.Direct, Blob.Content);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A place of its own; nothing is written yet.</summary>
    private protected abstract Task<FaultyBlob> CreateAsync();

    [Theory]
    [InlineData(BodyEnd.Reset)]
    [InlineData(BodyEnd.Close)]
    [InlineData(BodyEnd.Silence)]
    public async Task A_body_that_breaks_off_is_read_on_from_the_byte_reached(object end)
    {
        const int Passed = 1_000_000;
        var cuts = 0;
        await using var proxy = Blob.Proxy(request =>
            request.IsDownload && Interlocked.Increment(ref cuts) == 2 ? new Fault.CutBody(Passed, (BodyEnd)end) : null);

        Assert.Equal(Blob.Content, await Blob.ReadAsync(Blob.ImpatientStoreOf(proxy)));

        var downloads = proxy.Requests.Where(request => request.IsDownload).ToList();
        Assert.Equal(4, downloads.Count); // three ranges, and the rest of the second
        Assert.InRange(
            downloads[2].RangeStart!.Value, RangedReadStream.SequentialBytes + 1, RangedReadStream.SequentialBytes + Passed);
        Assert.All(downloads, request => Assert.NotEmpty(request.Headers["if-match"]));
    }

    [Fact]
    public async Task A_slow_body_is_only_slow()
    {
        await using var proxy = Blob.Proxy(request => request.IsDownload ? new Fault.Trickle() : null);
        Assert.Equal(Blob.Content, await Blob.ReadAsync(Blob.StoreOf(proxy)));
        Assert.Equal(3, proxy.Requests.Count(request => request.IsDownload));
    }

    [Fact]
    public async Task A_blob_that_changes_while_its_body_breaks_off_is_named_and_never_mixed()
    {
        var cuts = 0;
        await using var proxy = Blob.Proxy(request =>
        {
            if (!request.IsDownload)
            {
                return null;
            }

            if (++cuts == 2)
            {
                // The first body has broken off; what is asked for now is the rest of a blob that is no more.
                Blob.WriteAsync(Blob.Direct, new byte[Blob.Content.Length]).GetAwaiter().GetResult();
            }

            return cuts == 1 ? new Fault.CutBody(1_000, BodyEnd.Close) : null;
        });
        await using var stream = await Blob.StoreOf(proxy).OpenReadAsync(Blob.Uri, Cancellation);
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await stream.ReadExactlyAsync(new byte[2_000], Cancellation));
        Assert.Contains("it changed while it was read", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, cuts);
    }

    [Theory]
    [InlineData("503 Slow Down")]
    [InlineData("429 Too Many Requests")]
    [InlineData("500 Internal Server Error")]
    public async Task Every_request_is_tried_again_while_the_service_is_unwell(string status)
    {
        var seen = new HashSet<string>();
        await using var proxy = Blob.Proxy(request =>
        {
            lock (seen)
            {
                return seen.Add($"{request.Method} {request.Target} {request.RangeStart}") ? new Fault.Answer(status) : null;
            }
        });
        var (store, moved) = (Blob.StoreOf(proxy), Blob.Uri + ".moved");
        var content = RandomBytes.Of(BlockBytes + 999);

        await Blob.WriteAsync(store, content);
        await store.MoveAsync(Blob.Uri, moved, Cancellation);
        Assert.Equal(content, await Blob.ReadAsync(store, moved));
        Assert.Single(await store.ListAsync(moved[..^3] + "*", Cancellation).ToListAsync(Cancellation));
        await store.DeleteAsync(moved, Cancellation);
        Assert.Empty(await store.ListAsync(moved, Cancellation).ToListAsync(Cancellation));
        Assert.True(proxy.Requests.Count >= 2 * seen.Count, $"{proxy.Requests.Count} requests of {seen.Count} kinds");
    }

    [Fact]
    public async Task A_blob_that_another_process_moves_meanwhile_is_moved()
    {
        var moved = Blob.Uri + ".moved";
        var copies = 0;
        await using var proxy = Blob.Proxy(request =>
        {
            if (request.Method == "PUT" && copies++ == 0)
            {
                Blob.Direct.MoveAsync(Blob.Uri, moved, Cancellation).GetAwaiter().GetResult();
            }

            return null;
        });

        await Blob.StoreOf(proxy).MoveAsync(Blob.Uri, moved, Cancellation);

        Assert.Equal(1, copies);
        Assert.Equal(Blob.Content, await Blob.ReadAsync(Blob.Direct, moved));
    }

    [Theory]
    [InlineData("503 Slow Down")]
    [InlineData("429 Too Many Requests")]
    public async Task Retry_after_is_waited_for(string status)
    {
        var answers = 0;
        await using var proxy = Blob.Proxy(request => request.IsDownload && Interlocked.Increment(ref answers) == 1
            ? new Fault.Answer(status, "Retry-After: 1")
            : null);

        Assert.Equal(Blob.Content, await Blob.ReadAsync(Blob.StoreOf(proxy)));

        Assert.InRange(SecondsBetweenDownloads(proxy), 0.99, 60);
    }

    [Fact]
    public async Task A_service_that_stays_unwell_is_named_as_such()
    {
        await using var proxy = Blob.Proxy(_ => new Fault.Answer("503 Slow Down"));
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await Blob.ReadAsync(Blob.StoreOf(proxy)));
        Assert.StartsWith($"Cannot read {Blob.Uri}: the service answered 503", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsTransient);
        Assert.Equal(FaultyBlob.Retries + 1, proxy.Requests.Count);
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_is_named_as_such()
    {
        var proxy = Blob.Proxy(_ => null);
        var store = Blob.StoreOf(proxy);
        await proxy.DisposeAsync();
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await Blob.ReadAsync(store));
        Assert.StartsWith($"Cannot read {Blob.Uri}: the connection failed, again and again (", e.Message, StringComparison.Ordinal);
        Assert.True(e.IsTransient);
    }

    [Fact]
    public async Task A_cancelled_read_ends_at_once_and_is_no_failure()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var proxy = Blob.Proxy(_ =>
        {
            source.Cancel();
            return new Fault.NoAnswer();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Blob.StoreOf(proxy).OpenReadAsync(Blob.Uri, source.Token));
        Assert.Single(proxy.Requests);
    }

    private protected static double SecondsBetweenDownloads(FaultProxy proxy)
    {
        var downloads = proxy.Requests.Where(request => request.IsDownload).ToList();
        return Stopwatch.GetElapsedTime(downloads[0].Arrived, downloads[1].Arrived).TotalSeconds;
    }
}
