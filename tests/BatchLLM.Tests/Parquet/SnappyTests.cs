using System.Text;
using BatchLLM.Parquet.Compression;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>
/// The raw Snappy format: known vectors, everything encoded is decoded, nothing hostile gets through.
/// </summary>
public sealed class SnappyTests
{
    [Theory]
    [InlineData("00", "")]
    [InlineData("0100" + "61", "a")]
    [InlineData("0408" + "616263" + "00" + "64", "abcd")]
    // A copy of offset 1 repeats what it writes itself.
    [InlineData("0A00" + "61" + "1501", "aaaaaaaaaa")]
    // Two-byte and four-byte offsets, after literals whose length has one and two bytes of its own.
    [InlineData("06F002" + "616263" + "0A0300", "abcabc")]
    [InlineData("06F40200" + "616263" + "0B03000000", "abcabc")]
    public void A_known_vector_is_decoded(string encoded, string text) =>
        Assert.Equal(text, Encoding.ASCII.GetString(Decode(Convert.FromHexString(encoded), text.Length)!));

    [Theory]
    [InlineData("", 0, "no length")]
    [InlineData("FFFFFFFFFF7F", 0, "length too long")]
    [InlineData("05" + "00" + "61", 1, "declares another length")]
    [InlineData("02" + "00" + "61", 2, "ends early")]
    [InlineData("01" + "04" + "6162", 1, "literal past the end of the output")]
    [InlineData("04" + "0C" + "6162", 4, "literal past the end of the input")]
    [InlineData("04" + "FC" + "FFFFFFFF" + "61", 4, "literal of 4 GiB")]
    [InlineData("04" + "F8" + "FFFF", 4, "literal length cut")]
    [InlineData("05" + "00" + "61" + "01" + "00", 5, "offset 0")]
    [InlineData("05" + "00" + "61" + "01" + "02", 5, "offset before the start")]
    [InlineData("05" + "00" + "61" + "01", 5, "offset cut")]
    [InlineData("05" + "00" + "61" + "0E" + "01", 5, "two-byte offset cut")]
    [InlineData("05" + "00" + "61" + "0F" + "010000", 5, "four-byte offset cut")]
    [InlineData("05" + "00" + "61" + "0F" + "FFFFFFFF", 5, "offset of 4 GiB")]
    [InlineData("04" + "00" + "61" + "01" + "01", 4, "copy past the end of the output")]
    [InlineData("01" + "00" + "61" + "00" + "61", 1, "goes on after the end")]
    public void A_hostile_input_is_refused(string encoded, int length, string why) =>
        Assert.True(Decode(Convert.FromHexString(encoded), length) is null, why);

    [Fact]
    public void What_is_encoded_is_decoded()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var source = RandomBytes(new Random(seed));
            var encoded = new byte[SnappyEncoder.MaxEncodedLength(source.Length)];
            var length = SnappyEncoder.Encode(source, encoded);
            Assert.True(source.AsSpan().SequenceEqual(Decode(encoded[..length], source.Length)), $"seed {seed}");
        }
    }

    [Fact]
    public void A_changed_input_never_reaches_outside()
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            var random = new Random(seed);
            var source = RandomBytes(random, most: 300);
            var encoded = new byte[SnappyEncoder.MaxEncodedLength(source.Length)];
            encoded = encoded[..SnappyEncoder.Encode(source, encoded)];
            encoded[random.Next(encoded.Length)] ^= (byte)(1 << random.Next(8));

            // Either outcome is right; an exception or a write outside the guarded middle is not.
            var guarded = new byte[source.Length + 64];
            SnappyDecoder.Decode(encoded, guarded.AsSpan(32, source.Length));
            Assert.False(guarded.AsSpan(0, 32).ContainsAnyExcept((byte)0), $"seed {seed}");
            Assert.False(guarded.AsSpan(32 + source.Length).ContainsAnyExcept((byte)0), $"seed {seed}");
        }
    }

    [Fact]
    public void Text_becomes_smaller()
    {
        var source = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Classify this support ticket: ", 5000)));
        var encoded = new byte[SnappyEncoder.MaxEncodedLength(source.Length)];

        Assert.InRange(SnappyEncoder.Encode(source, encoded), 1, source.Length / 15);
    }

    private static byte[]? Decode(byte[] encoded, int length)
    {
        var decoded = new byte[length];
        return SnappyDecoder.Decode(encoded, decoded) is null ? decoded : null;
    }

    /// <summary>Stretches of noise, of one byte, and of what came before, so that every element occurs.</summary>
    private static byte[] RandomBytes(Random random, int most = 200_000)
    {
        var bytes = new byte[random.Next(most)];
        for (var i = 0; i < bytes.Length;)
        {
            var stretch = Math.Min(bytes.Length - i, random.Next(1, 300));
            var part = bytes.AsSpan(i, stretch);
            switch (random.Next(3))
            {
                case 0:
                    random.NextBytes(part);
                    break;
                case 1:
                    part.Fill((byte)random.Next(256));
                    break;
                default:
                    bytes.AsSpan(random.Next(i + 1), stretch).ToArray().CopyTo(part);
                    break;
            }

            i += stretch;
        }

        return bytes;
    }
}
