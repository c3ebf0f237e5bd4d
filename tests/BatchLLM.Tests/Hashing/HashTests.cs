using System.IO.Hashing;
using System.Text;
using Xunit;

namespace BatchLLM.Tests.Hashing;

/// <summary>The hashes against published values, and every way to get one against the others.</summary>
public sealed class HashTests
{
    public static TheoryData<string> Algorithms => [nameof(Crc64), nameof(XxHash64)];

    // "123456789" is the check string of the CRC catalogue.
    [Theory]
    [InlineData("", "0000000000000000")]
    [InlineData("123456789", "6c40df5f0b497347")]
    public void Crc64_gives_the_catalogued_values(string text, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(Crc64.Hash(Encoding.ASCII.GetBytes(text))));

    // The reference implementation's own values, and those in the documentation of its bindings.
    [Theory]
    [InlineData("", 0, "ef46db3751d8e999")]
    [InlineData("a", 0, "d24ec4f1a98c6e5b")]
    [InlineData("abc", 0, "44bc2cf5ad770999")]
    [InlineData("xxhash", 20141025, "b559b98d844e0635")]
    [InlineData("Nobody inspects the spammish repetition", 0, "fbcea83c8a378bf1")]
    public void XxHash64_gives_the_published_values(string text, long seed, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(XxHash64.Hash(Encoding.ASCII.GetBytes(text), seed)));

    // The sanity check of the reference implementation (xsum_sanity_check.c): its lengths reach every branch.
    [Theory]
    [InlineData(0, 0, 0xEF46DB3751D8E999)]
    [InlineData(0, 2654435761, 0xAC75FDA2929B17EF)]
    [InlineData(1, 0, 0xE934A84ADB052768)]
    [InlineData(1, 2654435761, 0x5014607643A9B4C3)]
    [InlineData(4, 0, 0x9136A0DCA57457EE)]
    [InlineData(14, 0, 0x8282DCC4994E35C8)]
    [InlineData(14, 2654435761, 0xC3BD6BF63DEB6DF0)]
    [InlineData(222, 0, 0xB641AE8CB691C174)]
    [InlineData(222, 2654435761, 0x20CB8AB7AE10C14A)]
    public void XxHash64_gives_the_values_of_the_sanity_check(int length, long seed, ulong expected) =>
        Assert.Equal(expected, XxHash64.HashToUInt64(SanityBuffer(length), seed));

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Pieces_of_any_size_give_the_hash_of_the_whole(string name)
    {
        var random = new Random(5);
        for (var length = 0; length < 300; length += random.Next(1, 7))
        {
            var bytes = Bytes(random, length);
            var hash = Create(name);
            for (var start = 0; start < length;)
            {
                var count = Math.Min(random.Next(0, 70), length - start);
                hash.Append(bytes.AsSpan(start, count));
                start += count;
            }

            Assert.Equal(Whole(name, bytes), hash.GetCurrentHash());
            Assert.Equal(Whole(name, bytes), hash.GetHashAndReset());
            Assert.Equal(Whole(name, []), hash.GetCurrentHash());
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task All_ways_to_add_and_to_ask_agree(string name)
    {
        var bytes = Bytes(new Random(6), 200_000);
        var expected = Whole(name, bytes);
        var (array, stream, later) = (Create(name), Create(name), Create(name));
        array.Append(bytes);
        stream.Append(new MemoryStream(bytes));
        await later.AppendAsync(new MemoryStream(bytes), TestContext.Current.CancellationToken);

        var room = new byte[10];
        Assert.Equal(8, array.GetCurrentHash(room));
        Assert.Equal(expected, room[..8]);
        Assert.True(stream.TryGetCurrentHash(room, out var written));
        Assert.Equal(8, written);
        Assert.Equal(expected, room[..8]);
        Assert.True(later.TryGetHashAndReset(room, out _));
        Assert.Equal(expected, room[..8]);
        Assert.Equal(8, later.GetHashAndReset(room));
        Assert.Equal(Whole(name, []), room[..8]);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Too_little_room_is_refused_and_forgets_nothing(string name)
    {
        var hash = Create(name);
        hash.Append("content"u8);
        Assert.False(hash.TryGetCurrentHash(new byte[7], out var written));
        Assert.Equal(0, written);
        Assert.False(hash.TryGetHashAndReset(new byte[7], out _));
        Assert.Throws<ArgumentException>(() => hash.GetCurrentHash(new byte[7]));
        Assert.Throws<ArgumentException>(() => hash.GetHashAndReset(new byte[7]));
        Assert.Equal(Whole(name, "content"u8.ToArray()), hash.GetCurrentHash());
    }

    [Fact]
    public void A_clone_goes_on_by_itself()
    {
        var (crc, xx) = (new Crc64(), new XxHash64(7));
        crc.Append("one"u8);
        xx.Append("one"u8);
        var (crcClone, xxClone) = (crc.Clone(), xx.Clone());
        crcClone.Append("two"u8);
        xxClone.Append("two"u8);
        Assert.Equal(Crc64.HashToUInt64("one"u8), crc.GetCurrentHashAsUInt64());
        Assert.Equal(Crc64.HashToUInt64("onetwo"u8), crcClone.GetCurrentHashAsUInt64());
        Assert.Equal(XxHash64.HashToUInt64("one"u8, 7), xx.GetCurrentHashAsUInt64());
        Assert.Equal(XxHash64.HashToUInt64("onetwo"u8, 7), xxClone.GetCurrentHashAsUInt64());
    }

    private static NonCryptographicHashAlgorithm Create(string name) =>
        name == nameof(Crc64) ? new Crc64() : new XxHash64(0);

    private static byte[] Whole(string name, byte[] bytes) =>
        name == nameof(Crc64) ? Crc64.Hash(bytes) : XxHash64.Hash(bytes);

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] SanityBuffer(int length)
    {
        var (bytes, state) = (new byte[length], 2654435761UL);
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)(state >> 56);
            state = unchecked(state * 11400714785074694797UL);
        }

        return bytes;
    }
}
