using System.Collections.Concurrent;
using BatchLLM.Parquet.Reading;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Pages are opened by as many threads as there are processors, and by whoever waits for one.</summary>
public sealed class PageWorkTests
{
    private static readonly int Workers = Math.Max(1, Environment.ProcessorCount - 1);

    [Fact]
    public async Task Whoever_waits_for_a_page_opens_others_meanwhile()
    {
        var work = new PageWork();
        var gates = Enumerable.Range(0, Workers).Select(_ => new TaskCompletionSource<string?>()).ToList();
        var entered = gates.ConvertAll(_ => new TaskCompletionSource());
        var blocked = gates.Select((gate, i) => work.Begin(() =>
        {
            entered[i].SetResult();
            return gate.Task;
        })).ToList();
        await Task.WhenAll(entered.Select(entry => entry.Task));
        var opened = new ConcurrentBag<int>();
        var others = Enumerable.Range(0, 5).Select(page => work.Begin(() =>
        {
            opened.Add(page);
            gates.ForEach(gate => gate.TrySetResult("first")); // else this would wait for ever
            return Task.FromResult<string?>(null);
        })).ToList();

        Assert.Equal("first", await work.HelpAsync(blocked[0]));
        await Task.WhenAll(others);

        Assert.Equal([0, 1, 2, 3, 4], opened.Order());
    }

    [Fact]
    public async Task No_more_threads_than_processors_open_pages()
    {
        var (work, now, most) = (new PageWork(), 0, 0);
        var pages = Enumerable.Range(0, 2000).Select(_ => work.Begin(() =>
        {
            var working = Interlocked.Increment(ref now);
            InterlockedMax(ref most, working);
            Thread.SpinWait(100);
            Interlocked.Decrement(ref now);
            return Task.FromResult<string?>(null);
        })).ToList();

        foreach (var page in pages)
        {
            await work.HelpAsync(page);
        }

        Assert.InRange(most, 1, Workers + 1);
    }

    /// <summary>A worker that stops looking while a page is put there must not leave it for ever.</summary>
    [Fact]
    public async Task No_page_is_left_when_nobody_waits()
    {
        var work = new PageWork();
        for (var page = 0; page < 20_000; page++)
        {
            var begun = work.Begin(() => Task.FromResult<string?>("open"));
            if (page % 7 == 0)
            {
                Assert.Equal("open", await begun.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
            }
        }
    }

    [Fact]
    public async Task What_goes_wrong_is_told_to_whoever_waits()
    {
        var work = new PageWork();
        var broken = work.Begin(() => throw new InsufficientMemoryException());
        var good = work.Begin(() => Task.FromResult<string?>("a clause"));

        Assert.Equal("a clause", await work.HelpAsync(good));
        await Assert.ThrowsAsync<InsufficientMemoryException>(() => work.HelpAsync(broken));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; value > seen;)
        {
            var found = Interlocked.CompareExchange(ref most, value, seen);
            seen = found == seen ? value : found;
        }
    }
}
