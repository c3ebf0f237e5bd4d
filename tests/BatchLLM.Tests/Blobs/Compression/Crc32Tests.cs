using BatchLLM.Blobs.Compression;
using Xunit;

namespace BatchLLM.Tests.Blobs.Compression;

public sealed class Crc32Tests
{
    [Fact]
    public void The_checksum_of_the_usual_digits_is_the_published_one() =>
        Assert.Equal(0xCBF43926, Crc32.Append(0, "123456789"u8));

    [Fact]
    public void Pieces_have_the_checksum_of_the_whole()
    {
        var bytes = new byte[300];
        new Random(3).NextBytes(bytes);
        var whole = Crc32.Append(0, bytes);

        Assert.All(
            Enumerable.Range(0, bytes.Length),
            cut => Assert.Equal(whole, Crc32.Append(Crc32.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut))));
    }
}
