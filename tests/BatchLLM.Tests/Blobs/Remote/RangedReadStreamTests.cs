using BatchLLM.Blobs.Remote;
using Xunit;

namespace BatchLLM.Tests.Blobs.Remote;

public sealed class RangedReadStreamTests
{
    private const int Seed = 31;
    private const int JumpBytes = 64 << 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_at_random_places_give_the_bytes_that_stand_there()
    {
        var random = new Random(Seed);
        var source = new MemoryRanges(RandomBytes(random, (2 * RangedReadStream.SequentialBytes) + 77));
        await using var stream = new RangedReadStream(source, source.Content.Length);
        for (var i = 0; i < 500; i++)
        {
            var start = random.Next(source.Content.Length + 1);
            var read = new byte[random.Next(Math.Min(source.Content.Length - start, 300_000) + 1)];
            stream.Seek(start - stream.Position, SeekOrigin.Current);
            if (i % 2 == 0)
            {
                await stream.ReadExactlyAsync(read, Cancellation);
            }
            else
            {
                stream.ReadExactly(read);
            }

            Assert.True(
                source.Content.AsSpan(start, read.Length).SequenceEqual(read), $"seed {Seed}: {read.Length} bytes at {start}");
        }
    }

    [Fact]
    public async Task A_reader_that_goes_on_gets_long_ranges_and_one_that_jumps_short_ones()
    {
        var source = new MemoryRanges(RandomBytes(new Random(Seed), (2 * RangedReadStream.SequentialBytes) + 77));
        await using var stream = new RangedReadStream(source, source.Content.Length);
        await stream.ReadExactlyAsync(new byte[source.Content.Length], Cancellation);
        stream.Position = 1_000_000;
        await stream.ReadExactlyAsync(new byte[8], Cancellation);
        stream.Position = 100;
        await stream.ReadExactlyAsync(new byte[JumpBytes + 1], Cancellation);

        Assert.Equal(
            [
                (0, RangedReadStream.SequentialBytes),
                (RangedReadStream.SequentialBytes, RangedReadStream.SequentialBytes),
                (2 * RangedReadStream.SequentialBytes, 77),
                (1_000_000, JumpBytes),
                (100, JumpBytes + 1),
            ],
            source.Asked);
    }

    [Fact]
    public async Task Nothing_is_asked_for_at_the_end_or_for_nothing()
    {
        var source = new MemoryRanges(new byte[10]);
        await using var stream = new RangedReadStream(source, 10) { Position = 10 };
        Assert.Equal(0, await stream.ReadAsync(new byte[5], Cancellation));
        stream.Position = 3;
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty, Cancellation));
        Assert.Empty(source.Asked);
    }

    [Fact]
    public async Task A_range_that_failed_halfway_is_not_taken_for_one()
    {
        var source = new MemoryRanges(RandomBytes(new Random(Seed), 1000)) { FailsOnce = true };
        await using var stream = new RangedReadStream(source, 1000);
        var read = new byte[1000];
        await Assert.ThrowsAsync<BatchLLMException>(async () => await stream.ReadExactlyAsync(read, Cancellation));
        await stream.ReadExactlyAsync(read, Cancellation);
        Assert.Equal(source.Content, read);
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Notes what is asked for.</summary>
    private sealed class MemoryRanges(byte[] content) : IRangeSource
    {
        public byte[] Content => content;

        public List<(long Start, int Length)> Asked { get; } = [];

        /// <summary>The next range breaks off in its middle.</summary>
        public bool FailsOnce { get; set; }

        public async Task ReadAsync(long start, Memory<byte> range, CancellationToken cancellationToken)
        {
            Asked.Add((start, range.Length));
            await Task.Yield();
            if (FailsOnce)
            {
                FailsOnce = false;
                range[..(range.Length / 2)].Span.Fill(0xEE);
                throw new BatchLLMException("The connection failed.");
            }

            content.AsMemory((int)start, range.Length).CopyTo(range);
        }
    }
}
