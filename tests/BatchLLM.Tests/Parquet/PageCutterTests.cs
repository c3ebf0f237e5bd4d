using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Writing;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>A page that is decompressed a part at a time gives the values that it gives in one.</summary>
public sealed class PageCutterTests
{
    private static readonly PageCodec[] Codecs =
        [UncompressedCodec.Instance, SnappyCodec.Instance, GzipCodec.Instance, ZstdCodec.Instance, BrotliCodec.Instance];

    [Fact]
    public async Task Pieces_are_the_page()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var (page, levels, kinds) = RandomPage(random);
            var codec = Codecs[seed % Codecs.Length];
            var buffers = new PageBuffers();
            using var cutter = new PageCutter(codec, Stored(codec, page, seed, buffers), page.Length, kinds, buffers);

            var found = await ReadAllAsync(cutter, buffers, random);

            Assert.True(cutter.Fault is null, $"seed {seed}: {cutter.Fault}");
            Assert.True(page.AsSpan(0, levels).SequenceEqual(cutter.Levels), $"seed {seed}: levels");
            Assert.True(page.AsSpan(levels).SequenceEqual(found), $"seed {seed}: {found.Length} bytes of {page.Length}");
            cutter.Dispose();
            Assert.True(buffers.IsWhole, $"seed {seed}: room is missing");
        }
    }

    [Fact]
    public async Task Pieces_are_the_page_where_the_lengths_stand_before_all_values()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var (page, expected, count) = RandomDeltaPage(random);
            var codec = Codecs[seed % Codecs.Length];
            var buffers = new PageBuffers();
            var stored = Stored(codec, page, seed, buffers);
            using var cutter = new PageCutter(codec, stored, page.Length, levelKinds: 1, buffers, packed => Lengths(packed, count));

            var found = await ReadAllAsync(cutter, buffers, random);

            Assert.True(cutter.Fault is null, $"seed {seed}: {cutter.Fault}");
            Assert.True(expected.AsSpan().SequenceEqual(found), $"seed {seed}: {found.Length} bytes of {expected.Length}");
            cutter.Dispose();
            Assert.True(buffers.IsWhole, $"seed {seed}: room is missing");
        }
    }

    [Fact]
    public async Task A_changed_page_with_lengths_before_all_values_ends_somehow()
    {
        var faults = 0;
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            var (page, _, count) = RandomDeltaPage(random, mostValues: 200);
            page[random.Next(Math.Min(page.Length, 300))] ^= (byte)(1 << random.Next(8));
            var buffers = new PageBuffers();
            var stored = Stored(UncompressedCodec.Instance, page, seed, buffers);
            var cutter = new PageCutter(
                UncompressedCodec.Instance, stored, page.Length, levelKinds: 1, buffers, packed => Lengths(packed, count));
            try
            {
                await ReadAllAsync(cutter, buffers, random);
                faults += cutter.Fault is null ? 0 : 1;
            }
            catch (ParquetException)
            {
                faults++;
            }

            cutter.Dispose();
            Assert.True(buffers.IsWhole, $"seed {seed}: room is missing");
        }

        Assert.InRange(faults, 100, 999);
    }

    [Fact]
    public async Task A_changed_page_ends_with_a_fault_or_other_values()
    {
        var faults = 0;
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var (page, _, kinds) = RandomPage(random, mostValues: 200);
            var codec = Codecs[seed % Codecs.Length];
            var stored = Compress(codec, page);
            stored[random.Next(stored.Length)] ^= (byte)(1 << random.Next(8));
            var buffers = new PageBuffers();
            using var cutter = new PageCutter(codec, Stored(stored, seed, buffers), page.Length, kinds, buffers);

            Assert.True((await ReadAllAsync(cutter, buffers, random)).Length <= page.Length, $"seed {seed}");

            faults += cutter.Fault is null ? 0 : 1;
            cutter.Dispose();
            Assert.True(buffers.IsWhole, $"seed {seed}: room is missing");
        }

        Assert.InRange(faults, 300, 1999);
    }

    /// <summary>No encoder known goes back as far; the format allows it.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_Snappy_copy_from_far_back_is_found(int seed)
    {
        const int Length = 70_400;
        const int Copies = 2 * Length / 64;
        var value = new byte[Length];
        new Random(1).NextBytes(value);
        BinaryPrimitives.WriteInt32LittleEndian(value, Length - sizeof(int));
        var block = new ByteBuffer();
        block.AppendVarint(3 * Length);
        block.Append([62 << 2, .. BitConverter.GetBytes(Length - 1).AsSpan(0, 3)]);
        block.Append(value);
        for (var i = 0; i < Copies; i++)
        {
            block.Append([(63 << 2) | 3, .. BitConverter.GetBytes(Length)]);
        }

        var buffers = new PageBuffers();
        using var cutter = new PageCutter(
            SnappyCodec.Instance, Stored(block.Span.ToArray(), seed, buffers), 3 * Length, 0, buffers);

        var found = await ReadAllAsync(cutter, buffers, new Random(1), mostRoom: 100);
        Assert.Equal([.. value, .. value, .. value], found);
        Assert.Null(cutter.Fault);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_page_of_another_length_is_refused(int codec)
    {
        var (page, _, _) = RandomPage(new Random(1), mostValues: 200, kinds: 0);
        foreach (var (length, seed) in new[] { (page.Length - 1, 0), (page.Length - 1, 1), (page.Length + 1, 0), (page.Length + 1, 1) })
        {
            var buffers = new PageBuffers();
            var stored = Stored(Codecs[codec], page, seed, buffers);
            using var cutter = new PageCutter(Codecs[codec], stored, length, 0, buffers);
            await ReadAllAsync(cutter, buffers, new Random(1));

            Assert.NotNull(cutter.Fault);
        }
    }

    [Fact]
    public async Task A_value_that_claims_too_much_is_told_where_it_stands()
    {
        byte[] page = [2, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1];
        var buffers = new PageBuffers();
        using var cutter = new PageCutter(
            UncompressedCodec.Instance, Stored(page, seed: 0, buffers), page.Length, levelKinds: 1, buffers);

        var found = await ReadAllAsync(cutter, buffers, new Random(1), mostRoom: 4);

        Assert.Equal([2, 0, 0, 0, 1, 2], cutter.Levels);
        Assert.Equal([3, 0, 0, 0, 0, 0, 9], found);
        Assert.Equal("at byte 7 of 11 a value claims 16777216 bytes", cutter.Fault);
    }

    /// <returns>The values, with their lengths.</returns>
    private static async Task<byte[]> ReadAllAsync(PageCutter cutter, PageBuffers buffers, Random random, int mostRoom = 5000)
    {
        var found = new ByteBuffer();
        while (!cutter.IsDone)
        {
            var room = new PieceRoom(random.Next(1, mostRoom));
            var piece = await cutter.NextAsync(room);
            Assert.Same(room, piece.Room);
            foreach (var (offset, length) in room.Slices.AsSpan(0, piece.Count))
            {
                found.AppendLength(length);
                found.Append(piece.Bytes.AsSpan(offset, length));
            }

            piece.Bytes.AsSpan().Fill(0xEE);
            if (piece.Bytes != room.Bytes)
            {
                buffers.Return(piece.Bytes);
            }
        }

        return found.Span.ToArray();
    }

    private static (byte[] Page, int Levels, int Kinds) RandomPage(Random random, int mostValues = 3000, int? kinds = null)
    {
        var page = new ByteBuffer();
        var levelKinds = kinds ?? random.Next(3);
        for (var kind = 0; kind < levelKinds; kind++)
        {
            AppendValue(page, random, random.Next(random.Next(2) == 0 ? 100 : 20_000));
        }

        var levels = page.Length;
        for (var count = random.Next(mostValues); count >= 0; count--)
        {
            AppendValue(page, random, random.Next(20) switch { 0 => 0, 1 => random.Next(30_000), _ => random.Next(100) });
        }

        return (page.Span.ToArray(), levels, levelKinds);
    }

    private static PageLengths Lengths(byte[] packed, int count)
    {
        var values = new PageValues(packed, 0, packed.Length, ParquetColumnType.Text, new PagePlace("a", "b", 0));
        new DeltaIntegers(values, 0).PassOver();
        return new PageLengths(new DeltaIntegers(values, 0), count);
    }

    /// <returns>Levels, lengths and values; and the values with the length of each before it.</returns>
    private static (byte[] Page, byte[] Expected, int Count) RandomDeltaPage(Random random, int mostValues = 20_000)
    {
        var (page, values, expected) = (new ByteBuffer(), new ByteBuffer(), new ByteBuffer());
        AppendValue(page, random, random.Next(100));
        var lengths = new long[random.Next(mostValues)];
        var longest = random.Next(3) switch { 0 => 1, 1 => 20, _ => 200 };
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = random.Next(1000) == 0 ? random.Next(20_000) : random.Next(longest);
            var value = new byte[lengths[i]];
            Array.Fill(value, (byte)i);
            values.Append(value);
            expected.AppendLength(value.Length);
            expected.Append(value);
        }

        page.Append(new DeltaEncoder().Integers(lengths));
        page.Append(values.Span);
        return (page.Span.ToArray(), expected.Span.ToArray(), lengths.Length);
    }

    /// <summary>Half noise, half words that come again.</summary>
    private static void AppendValue(ByteBuffer page, Random random, int length)
    {
        var value = new byte[length];
        for (var i = 0; i < length; i++)
        {
            value[i] = random.Next(2) == 0 ? (byte)random.Next(256) : "invoice payment "u8[i % 16];
        }

        var words = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("refund delivery account ", (length / 24) + 1)));
        page.AppendLength(length);
        page.Append(random.Next(2) == 0 ? value : words.AsSpan(0, length));
    }

    private static StoredBytes Stored(PageCodec codec, byte[] page, int seed, PageBuffers buffers) =>
        Stored(Compress(codec, page), seed, buffers);

    /// <summary>What is stored: with an even seed all of it in memory, with an odd one read in parts that are small.</summary>
    private static StoredBytes Stored(byte[] stored, int seed, PageBuffers buffers)
    {
        var isWhole = seed % 2 == 0;
        var room = buffers.Rent(isWhole ? stored.Length : 1);
        if (isWhole)
        {
            stored.CopyTo(room, 0);
            return new StoredBytes(room, 0, stored.Length, buffers);
        }

        var file = new CountingSource([1, .. stored, 2]);
        return new StoredBytes(file, new ByteRange(1, 1 + stored.Length), room, buffers, CancellationToken.None);
    }

    private static byte[] Compress(PageCodec codec, byte[] page)
    {
        if (codec is BrotliCodec)
        {
            var brotli = new byte[BrotliEncoder.GetMaxCompressedLength(page.Length)];
            Assert.True(BrotliEncoder.TryCompress(page, brotli, out var length, 2, 18));
            return brotli[..length];
        }

        var compressed = new ByteBuffer();
        ((IPageCompressor)codec).Compress(page, compressed);
        return compressed.Span.ToArray();
    }
}
