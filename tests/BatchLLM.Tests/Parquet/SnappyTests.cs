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

    /// <summary>Elements of all kinds and lengths beside each other, as no single encoder makes them.</summary>
    [Fact]
    public void Random_elements_are_decoded()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var (encoded, expected) = RandomElements(new Random(seed));
            Assert.True(expected.AsSpan().SequenceEqual(Decode(encoded, expected.Length)), $"seed {seed}");
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

    private static (byte[] Encoded, byte[] Decoded) RandomElements(Random random)
    {
        var (encoded, decoded) = (new List<byte>(), new List<byte>());
        for (var left = 400; left > 0; left--)
        {
            var (length, kind) = (random.Next(1, 65), decoded.Count == 0 ? 0 : random.Next(4));
            if (kind == 0)
            {
                AddLiteral(random, random.Next(8) == 0 ? 5 * length : length, encoded, decoded);
                continue;
            }

            length = kind == 1 ? 4 + (length % 8) : length;
            var most = Math.Min(decoded.Count, kind == 1 ? 2047 : 65_535);
            var offset = random.Next(1, 1 + Math.Min(most, random.Next(3) == 0 ? 20 : most));
            encoded.AddRange(kind switch
            {
                1 => [(byte)(1 | ((length - 4) << 2) | (offset >> 8 << 5)), (byte)offset],
                2 => [(byte)(2 | ((length - 1) << 2)), .. BitConverter.GetBytes((ushort)offset)],
                _ => [(byte)(3 | ((length - 1) << 2)), .. BitConverter.GetBytes(offset)],
            });
            for (; length > 0; length--)
            {
                decoded.Add(decoded[^offset]);
            }
        }

        // The length before them, in three bytes however small it is.
        var total = decoded.Count;
        return ([(byte)(total | 0x80), (byte)((total >> 7) | 0x80), (byte)(total >> 14), .. encoded], [.. decoded]);
    }

    private static void AddLiteral(Random random, int length, List<byte> encoded, List<byte> decoded)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        encoded.AddRange(length <= 60 ? [(byte)((length - 1) << 2)]
            : length <= 256 ? [60 << 2, (byte)(length - 1)]
            : [61 << 2, .. BitConverter.GetBytes((ushort)(length - 1))]);
        encoded.AddRange(bytes);
        decoded.AddRange(bytes);
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
