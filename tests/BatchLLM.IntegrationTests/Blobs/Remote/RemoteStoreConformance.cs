using System.Security.Cryptography;
using BatchLLM.Blobs.Remote;
using BatchLLM.Rows;
using BatchLLM.Tests.Blobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Blobs.Remote;

/// <summary>What a store on a server must do besides: it reads by ranges and writes in blocks.</summary>
public abstract class RemoteStoreConformance : BlobStoreConformance
{
    /// <summary>What is longer is written in several blocks.</summary>
    protected abstract int BlockBytes { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_blob_that_changed_under_its_reader_is_named_and_never_mixed()
    {
        await WriteAsync("a", new string('1', RangedReadStream.SequentialBytes + 1));
        await using var stream = await Store.OpenReadAsync($"{Root}/a", Cancellation);
        Assert.Equal('1', (char)stream.ReadByte());
        await WriteAsync("a", new string('2', RangedReadStream.SequentialBytes + 1));

        var rest = new byte[RangedReadStream.SequentialBytes];
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () => await stream.ReadExactlyAsync(rest, Cancellation));
        Assert.Contains($"{Root}/a: it changed while it was read", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsTransient);
        Assert.DoesNotContain((byte)'2', rest);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 12_345)]
    public async Task Blobs_of_many_blocks_are_whole_and_listed_the_same_alone_and_among_others(int blocks, int more)
    {
        var content = RandomBytes.Of((blocks * BlockBytes) + more);
        var digest = await Store.WriteAsync($"{Root}/large", async (stream, cancellationToken) =>
        {
            stream.Write(content.AsSpan(0, content.Length / 3));
            await stream.WriteAsync(content.AsMemory(content.Length / 3), cancellationToken);
            Assert.Empty(await Store.ListAsync($"{Root}/*", cancellationToken).ToListAsync(cancellationToken));
        }, Cancellation);

        Assert.Equal(new BlobDigest(content.Length, Convert.ToHexStringLower(SHA256.HashData(content))), digest);
        Assert.Equal(content, await ReadAsync("large"));
        var listed = Assert.Single(await Store.ListAsync($"{Root}/*", Cancellation).ToListAsync(Cancellation));
        Assert.Equal(listed, Assert.Single(await Store.ListAsync($"{Root}/large", Cancellation).ToListAsync(Cancellation)));
    }

    [Fact]
    public async Task Reads_at_random_places_give_the_bytes_that_stand_there()
    {
        var random = new Random(RandomBytes.Seed);
        var content = RandomBytes.Of((3 * RangedReadStream.SequentialBytes) + 77);
        await Store.WriteAsync(
            $"{Root}/a", (stream, token) => stream.WriteAsync(content, token).AsTask(), Cancellation);

        await using var stream = await Store.OpenReadAsync($"{Root}/a", Cancellation);
        for (var i = 0; i < 60; i++)
        {
            var start = random.Next(content.Length);
            var count = random.Next(Math.Min(content.Length - start, i % 10 == 0 ? content.Length : 200_000));
            var read = new byte[count];
            stream.Position = start;
            await stream.ReadExactlyAsync(read, Cancellation);
            Assert.True(content.AsSpan(start, count).SequenceEqual(read), $"seed {RandomBytes.Seed}: {count} bytes at {start}");
        }
    }
}
