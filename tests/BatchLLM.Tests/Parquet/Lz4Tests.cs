using System.Text;
using BatchLLM.Parquet.Compression;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>LZ4 blocks: known vectors, what is encoded is decoded, nothing hostile gets through.</summary>
public sealed class Lz4Tests
{
    [Theory]
    [InlineData("00", "")]
    [InlineData("10" + "61", "a")]
    [InlineData("40" + "61626364", "abcd")]
    // A match of offset 1 repeats what it writes itself; the last piece is literals alone.
    [InlineData("15" + "61" + "0100" + "10" + "62", "aaaaaaaaaab")]
    [InlineData("31" + "616263" + "0300" + "00", "abcabcab")]
    // Lengths that go on: 15 + 0 literals, 4 + 15 + 2 of the match.
    [InlineData("F000" + "616263646566676869616263646566", "abcdefghiabcdef")]
    [InlineData("1F" + "61" + "0100" + "02" + "10" + "62", "aaaaaaaaaaaaaaaaaaaaaab")]
    public void A_known_vector_is_decoded(string encoded, string text)
    {
        var decoded = new byte[text.Length];

        Assert.Equal(text.Length, Lz4Decoder.Decode(Convert.FromHexString(encoded), decoded));
        Assert.Equal(text, Encoding.ASCII.GetString(decoded));
    }

    [Theory]
    [InlineData("", "no token")]
    [InlineData("20" + "61", "literals past the end of the input")]
    [InlineData("90" + "616263646566676869", "literals past the end of the output")]
    [InlineData("F0", "length cut")]
    [InlineData("F0" + "FFFFFF", "length without an end")]
    [InlineData("10" + "61" + "01", "offset cut")]
    [InlineData("10" + "61" + "0000" + "00", "offset 0")]
    [InlineData("10" + "61" + "0200" + "00", "offset before the start")]
    [InlineData("10" + "61" + "0100", "ends with a match")]
    [InlineData("1F" + "61" + "0100", "length of the match cut")]
    [InlineData("14" + "61" + "0100" + "00", "match past the end of the output")]
    [InlineData("00" + "0100" + "00", "match before any output")]
    public void A_hostile_input_is_refused(string encoded, string why) =>
        Assert.True(Lz4Decoder.Decode(Convert.FromHexString(encoded), new byte[8]) < 0, why);

    [Fact]
    public void What_is_encoded_is_decoded_by_both_codecs()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var (encoded, text) = RandomBlock(new Random(seed));
            byte[] frame = [.. BigEndian(text.Length), .. BigEndian(encoded.Length), .. encoded];
            byte[] twice = [.. text, .. text];
            byte[] split = [.. BigEndian(2 * text.Length), .. frame[4..], .. frame[4..]];

            Assert.Equal(text, Decompress(Lz4RawCodec.Instance, encoded, text.Length));
            Assert.Equal(text, Decompress(Lz4HadoopCodec.Instance, encoded, text.Length));
            Assert.Equal(text, Decompress(Lz4HadoopCodec.Instance, frame, text.Length));
            Assert.Equal(twice, Decompress(Lz4HadoopCodec.Instance, [.. frame, .. frame], twice.Length));
            Assert.Equal(twice, Decompress(Lz4HadoopCodec.Instance, split, twice.Length));
            Assert.Null(Decompress(Lz4RawCodec.Instance, encoded, text.Length + 1));
            Assert.Null(Decompress(Lz4HadoopCodec.Instance, frame, text.Length + 1));
        }
    }

    [Fact]
    public void A_changed_input_never_reaches_outside()
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            var random = new Random(seed);
            var (encoded, text) = RandomBlock(random);
            byte[] frame = [.. BigEndian(text.Length), .. BigEndian(encoded.Length), .. encoded];
            frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));

            // Either outcome is right; an exception or a write outside the guarded middle is not.
            var guarded = new byte[text.Length + 64];
            Lz4HadoopCodec.Instance.Decompress(frame, new ArraySegment<byte>(guarded, 32, text.Length));
            Lz4RawCodec.Instance.Decompress(frame[8..], new ArraySegment<byte>(guarded, 32, text.Length));
            Assert.False(guarded.AsSpan(0, 32).ContainsAnyExcept((byte)0), $"seed {seed}");
            Assert.False(guarded.AsSpan(32 + text.Length).ContainsAnyExcept((byte)0), $"seed {seed}");
        }
    }

    [Fact]
    public void A_part_at_a_time_gives_the_same()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var (encoded, text) = RandomBlock(random);
            Assert.True(text.AsSpan().SequenceEqual(InParts(new Lz4Parts(), encoded, text.Length, random)), $"seed {seed}");
            Assert.Null(InParts(new Lz4Parts(), encoded, text.Length + 1, random));
            Assert.Null(InParts(new Lz4Parts(), encoded[..^1], text.Length, random));
        }
    }

    [Fact]
    public void A_part_of_frames_at_a_time_gives_the_same()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var (encoded, text) = RandomBlock(random);
            if (text.Length == 0)
            {
                continue;
            }

            byte[] frame = [.. BigEndian(text.Length), .. BigEndian(encoded.Length), .. encoded];
            byte[] split = [.. BigEndian(2 * text.Length), .. frame[4..], .. frame[4..], .. frame];
            byte[] thrice = [.. text, .. text, .. text];
            var most = thrice.Length;

            Assert.True(thrice.AsSpan().SequenceEqual(InParts(new Lz4FrameParts(most), split, most, random)), $"seed {seed}");
            Assert.Null(InParts(new Lz4FrameParts(most + 1), split, most + 1, random));
            Assert.Null(InParts(new Lz4FrameParts(most), split[..^1], most, random));
            Assert.Null(InParts(new Lz4FrameParts(text.Length - 1), frame, text.Length - 1, random));
            Assert.Null(InParts(new Lz4FrameParts(most), [.. BigEndian(-1), .. frame[4..]], text.Length, random));
        }
    }

    /// <summary>Parts of the block and of the text that have nothing to do with each other.</summary>
    /// <returns>Null if the block does not end where the text does.</returns>
    private static byte[]? InParts(IPartDecoder parts, byte[] encoded, int length, Random random)
    {
        var text = new byte[length];
        var (here, from, at) = (0, 0, 0);
        while (at < length)
        {
            var (end, before) = (Math.Min(length, at + random.Next(1, 200)), at);
            var isGood = parts.TryContinue(
                encoded.AsSpan(from..here), here == encoded.Length, out var read, text.AsSpan(0, end), ref at);
            if (!isGood || (at == before && here == encoded.Length))
            {
                return null;
            }

            from += read;
            here = Math.Min(encoded.Length, here + random.Next(0, 100));
        }

        return parts.TryEnd(encoded.AsSpan(from)) ? text : null;
    }

    private static byte[]? Decompress(PageCodec codec, byte[] source, int length)
    {
        var destination = new byte[length];
        return codec.Decompress(source, destination) is null ? destination : null;
    }

    /// <summary>A block of random pieces, and what it stands for by the plainest reading of the format.</summary>
    private static (byte[] Encoded, byte[] Text) RandomBlock(Random random)
    {
        var (encoded, text) = (new List<byte>(), new List<byte>());
        for (var pieces = random.Next(20); pieces > 0; pieces--)
        {
            var literals = RandomLiterals(random, atLeast: text.Count == 0 ? 1 : 0);
            var match = random.Next(4) == 0 ? random.Next(600) : random.Next(20);
            AddToken(encoded, literals, match);
            text.AddRange(literals);
            var offset = random.Next(1, Math.Min(text.Count, ushort.MaxValue) + 1);
            encoded.AddRange(BitConverter.GetBytes((ushort)offset));
            AddLength(encoded, match);
            for (var i = 0; i < match + 4; i++)
            {
                text.Add(text[^offset]);
            }
        }

        var last = RandomLiterals(random, atLeast: 0);
        AddToken(encoded, last, 0);
        return ([.. encoded], [.. text, .. last]);
    }

    private static byte[] RandomLiterals(Random random, int atLeast)
    {
        var literals = new byte[random.Next(5) == 0 ? random.Next(atLeast, 700) : random.Next(atLeast, 20)];
        random.NextBytes(literals);
        return literals;
    }

    private static void AddToken(List<byte> encoded, byte[] literals, int match)
    {
        encoded.Add((byte)((Math.Min(literals.Length, 15) << 4) | Math.Min(match, 15)));
        AddLength(encoded, literals.Length);
        encoded.AddRange(literals);
    }

    private static void AddLength(List<byte> encoded, int length)
    {
        if (length < 15)
        {
            return;
        }

        for (length -= 15; length >= 255; length -= 255)
        {
            encoded.Add(255);
        }

        encoded.Add((byte)length);
    }

    private static byte[] BigEndian(int value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
