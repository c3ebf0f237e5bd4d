using BatchLLM.Blobs.Compression;
using Xunit;

namespace BatchLLM.Tests.Blobs.Compression;

public sealed class DecompressedStreamTests
{
    [Theory]
    [InlineData(CompressedTexts.GzipUri)]
    [InlineData(CompressedTexts.ZstandardUri)]
    public void Who_reads_without_awaiting_gets_the_same_bytes(string uri)
    {
        var compression = uri == CompressedTexts.GzipUri ? FileCompression.Gzip : FileCompression.Zstandard;
        var random = new Random(1);
        var content = new byte[400_000];
        random.NextBytes(content);
        var source = new MemoryStream(CompressedTexts.CompressInPieces(uri, content, random));
        using var stream = DecompressedStream.Open(uri, source, compression);
        var read = new MemoryStream();

        stream.CopyTo(read, 1_000);

        Assert.Equal(content, read.ToArray());
        Assert.Equal(content.Length, stream.Position);
    }

    [Fact]
    public void Damage_is_the_same_error_without_awaiting()
    {
        var source = new MemoryStream([.. CompressedTexts.Gzip([1, 2, 3])[..^1]]);
        using var stream = DecompressedStream.Open("memory:/a.gz", source, FileCompression.Gzip);

        var error = Assert.Throws<BatchLLMException>(() => stream.CopyTo(Stream.Null));

        Assert.StartsWith("memory:/a.gz is damaged or cut short", error.Message, StringComparison.Ordinal);
    }
}
