using System.Security.Cryptography;
using BatchLLM.Blobs.Remote;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Remote;

public sealed class BlockWriteStreamTests
{
    private const int BlockBytes = 1000;
    private const int Seed = 32;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(BlockBytes - 1)]
    [InlineData(BlockBytes)]
    [InlineData(BlockBytes + 1)]
    [InlineData(7 * BlockBytes)]
    [InlineData((7 * BlockBytes) + 123)]
    public async Task Blocks_are_whole_however_the_bytes_come(int length)
    {
        var random = new Random(Seed);
        var content = new byte[length];
        random.NextBytes(content);
        var target = new MemoryBlocks();
        await using var stream = new BlockWriteStream(target);
        for (int start = 0, count; start < length; start += count)
        {
            count = random.Next(1, Math.Min(length - start, 3 * BlockBytes) + 1);
            if (random.Next(2) == 0)
            {
                stream.Write(content.AsSpan(start, count));
            }
            else
            {
                await stream.WriteAsync(content.AsMemory(start, count), Cancellation);
            }

            Assert.Equal(start + count, stream.Position);
        }

        var digest = await stream.CommitAsync(Cancellation);

        Assert.Equal(length / BlockBytes, target.Staged.Count);
        Assert.All(target.Staged, block => Assert.Equal(BlockBytes, block.Length));
        Assert.Equal(length % BlockBytes, target.Last!.Length);
        Assert.Equal(content, target.Staged.Append(target.Last).SelectMany(block => block));
        Assert.Equal(new BlobDigest(length, Convert.ToHexStringLower(SHA256.HashData(content))), digest);
    }

    /// <summary>Keeps what it gets.</summary>
    private sealed class MemoryBlocks : IBlockTarget
    {
        public int BlockBytes => BlockWriteStreamTests.BlockBytes;

        public List<byte[]> Staged { get; } = [];

        public byte[]? Last { get; private set; }

        public async Task StageAsync(ArraySegment<byte> block, CancellationToken cancellationToken)
        {
            await Task.Yield();
            Staged.Add([.. block]);
        }

        public Task CommitAsync(ArraySegment<byte> last, CancellationToken cancellationToken)
        {
            Last = [.. last];
            return Task.CompletedTask;
        }
    }
}
