using System.IO.Compression;
using System.Text;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Reading;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Codecs that others decode for us: what they are given, and what their faults are turned into.</summary>
public sealed class CodecTests
{
    // A frame by RFC 8878: magic, a header that says 10 bytes in one segment, a last block that repeats one byte.
    private static readonly byte[] TenBytes = Convert.FromHexString("28B52FFD" + "200A" + "530000" + "61");

    // The same with a raw block of three bytes.
    private static readonly byte[] ThreeBytes = Convert.FromHexString("28B52FFD" + "2003" + "190000" + "626364");

    [Fact]
    public void Zstandard_frames_are_decoded_one_after_the_other()
    {
        Assert.Equal("aaaaaaaaaa", Text(ZstdCodec.Instance, TenBytes, 10));
        Assert.Equal("bcdaaaaaaaaaa", Text(ZstdCodec.Instance, [.. ThreeBytes, .. TenBytes], 13));
    }

    [Fact]
    public void A_Zstandard_fault_is_told()
    {
        Assert.Contains("gives 10 bytes; expected 11", Fault(ZstdCodec.Instance, TenBytes, 11));
        Assert.Contains("Zstandard data is broken", Fault(ZstdCodec.Instance, TenBytes, 9));
        Assert.Contains("Zstandard data is broken", Fault(ZstdCodec.Instance, TenBytes[..^1], 10));
        Assert.Contains("Zstandard data is broken", Fault(ZstdCodec.Instance, [1, 2, 3, 4, 5], 10));
        Assert.Contains("gives 0 bytes; expected 10", Fault(ZstdCodec.Instance, [], 10));
    }

    [Fact]
    public void A_missing_library_is_told_with_its_package()
    {
        Assert.Null(ZstdCodec.FindLack("libzstd.so.1"));

        var lack = ZstdCodec.FindLack("libmissing.so.1");
        var refusal = new PagePlace("a.parquet", "b", 0).Lacking($"the compression codec ZSTD and so needs {lack}");

        Assert.Equal(
            "a.parquet: column 'b' uses the compression codec ZSTD and so needs the system's library libmissing.so.1, "
            + "which is missing. Install it (on Debian and Ubuntu: apt install libzstd1), "
            + "or write the file without it.",
            refusal.Message);
    }

    [Fact]
    public void Brotli_is_decoded_and_its_faults_are_told()
    {
        var text = string.Concat(Enumerable.Repeat("Classify this ticket. ", 100));
        var compressed = new byte[1000];
        Assert.True(BrotliEncoder.TryCompress(Encoding.UTF8.GetBytes(text), compressed, out var length));
        compressed = compressed[..length];

        Assert.Equal(text, Text(BrotliCodec.Instance, compressed, text.Length));
        foreach (var (source, expected) in new[]
        {
            (compressed, text.Length + 1), (compressed, text.Length - 1), (compressed[..^1], text.Length), ([], 1),
        })
        {
            Assert.Contains("Brotli data is broken", Fault(BrotliCodec.Instance, source, expected));
        }
    }

    [Fact]
    public void Gzip_members_are_decoded_one_after_the_other()
    {
        byte[] members = [.. Gzip("first, "), .. Gzip(""), .. Gzip("second")];

        Assert.Equal("first, second", Text(GzipCodec.Instance, members, 13));
        Assert.Contains("ends after 13 bytes", Fault(GzipCodec.Instance, members, 14));
        Assert.Contains("goes on after the 12 bytes", Fault(GzipCodec.Instance, members, 12));
    }

    [Fact]
    public void What_a_codec_gives_is_never_more_than_it_says()
    {
        // The densest that each encoder makes of a megabyte of zeros.
        var zeros = new byte[1 << 20];
        var brotli = new byte[1000];
        Assert.True(BrotliEncoder.TryCompress(zeros, brotli, out var length, 11, 24));
        Assert.InRange(zeros.Length, 1, BrotliCodec.Instance.MaxDecompressedLength(length));
        var gzip = Gzip(new string('\0', zeros.Length));
        Assert.InRange(zeros.Length, 1, GzipCodec.Instance.MaxDecompressedLength(gzip.Length));
        Assert.InRange(10, 1, ZstdCodec.Instance.MaxDecompressedLength(TenBytes.Length));
    }

    private static string Text(PageCodec codec, byte[] source, int length)
    {
        var destination = new byte[length];
        Assert.Null(codec.Decompress(source, destination));
        return Encoding.UTF8.GetString(destination);
    }

    private static string Fault(PageCodec codec, byte[] source, int length)
    {
        var fault = codec.Decompress(source, new byte[length]);
        Assert.NotNull(fault);
        return fault;
    }

    private static byte[] Gzip(string text)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }
}
