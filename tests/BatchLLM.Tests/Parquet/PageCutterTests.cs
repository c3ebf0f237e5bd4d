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
            var buffers = new PageBuffers(random.Next(1, 5000));
            await using var cutter = new PageCutter(codec, Stored(codec, page, seed, buffers), page.Length, kinds, buffers);

            var found = await ReadAllAsync(cutter, buffers);

            Assert.True(cutter.Fault is null, $"seed {seed}: {cutter.Fault}");
            Assert.True(page.AsSpan(0, levels).SequenceEqual(cutter.Levels), $"seed {seed}: levels");
            Assert.True(page.AsSpan(levels).SequenceEqual(found), $"seed {seed}: {found.Length} bytes of {page.Length}");
            await cutter.DisposeAsync();
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
            var buffers = new PageBuffers(random.Next(1, 5000));
            var stored = Stored(codec, page, seed, buffers);
            await using var cutter = new PageCutter(codec, stored, page.Length, levelKinds: 1, buffers, packed => Lengths(packed, count));

            var found = await ReadAllAsync(cutter, buffers);

            Assert.True(cutter.Fault is null, $"seed {seed}: {cutter.Fault}");
            Assert.True(expected.AsSpan().SequenceEqual(found), $"seed {seed}: {found.Length} bytes of {expected.Length}");
            await cutter.DisposeAsync();
            Assert.True(buffers.IsWhole, $"seed {seed}: room is missing");
        }
    }

    [Fact]
    public async Task Pieces_are_the_page_where_all_values_are_of_one_size()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var size = random.Next(4) == 0 ? random.Next(1, 10_000) : 8;
            var (values, rest) = (random.Next(2000), random.Next(size));
            var page = new byte[(values * size) + rest];
            random.NextBytes(page);
            var codec = Codecs[seed % Codecs.Length];
            var buffers = new PageBuffers(random.Next(1, 5000));
            var stored = Stored(codec, page, seed, buffers);
            await using var cutter = new PageCutter(codec, stored, page.Length, levelKinds: 0, buffers, valueBytes: size);

            var found = await ReadAllAsync(cutter, buffers, size);

            Assert.True(cutter.Fault is null, $"seed {seed}: {cutter.Fault}");
            Assert.True(page.AsSpan(0, values * size).SequenceEqual(found), $"seed {seed}: {found.Length} bytes of {page.Length}");
            await cutter.DisposeAsync();
            Assert.True(buffers.IsWhole, $"seed {seed}: room is missing");
        }
    }

    /// <summary>A type may claim any size.</summary>
    [Fact]
    public async Task A_page_smaller_than_a_value_has_none()
    {
        var buffers = new PageBuffers(roomBytes: 4);
        var stored = Stored(new byte[3000], seed: 0, buffers);
        await using var cutter = new PageCutter(
            UncompressedCodec.Instance, stored, length: 3000, levelKinds: 0, buffers, valueBytes: int.MaxValue);

        Assert.Empty(await ReadAllAsync(cutter, buffers, int.MaxValue));
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
            var buffers = new PageBuffers(random.Next(1, 5000));
            var stored = Stored(UncompressedCodec.Instance, page, seed, buffers);
            var cutter = new PageCutter(
                UncompressedCodec.Instance, stored, page.Length, levelKinds: 1, buffers, packed => Lengths(packed, count));
            try
            {
                await ReadAllAsync(cutter, buffers);
                faults += cutter.Fault is null ? 0 : 1;
            }
            catch (ParquetException)
            {
                faults++;
            }

            await cutter.DisposeAsync();
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
            var buffers = new PageBuffers(random.Next(1, 5000));
            await using var cutter = new PageCutter(codec, Stored(stored, seed, buffers), page.Length, kinds, buffers);

            Assert.True((await ReadAllAsync(cutter, buffers)).Length <= page.Length, $"seed {seed}");

            faults += cutter.Fault is null ? 0 : 1;
            await cutter.DisposeAsync();
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

        var buffers = new PageBuffers(roomBytes: 100);
        await using var cutter = new PageCutter(
            SnappyCodec.Instance, Stored(block.Span.ToArray(), seed, buffers), 3 * Length, 0, buffers);

        var found = await ReadAllAsync(cutter, buffers);
        Assert.Equal([.. value, .. value, .. value], found);
        Assert.Null(cutter.Fault);
    }

    /// <summary>Through several rooms, with values that take more than one, from frames that go back as far as is done in place.</summary>
    [Theory]
    [InlineData(PagePieces.RoomBytes)]
    [InlineData(1)]
    public async Task A_large_page_in_Zstandard_is_decompressed_in_place(int roomBytes)
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var page = seed < 4 ? PageThatGoesBack(new Random(seed)) : PageOfKilobytes(new Random(seed));
            var half = page.Length / 2;
            var frames = seed % 2 == 0 ? [page] : new[] { page[..half], page[half..] };
            var stored = frames.SelectMany(frame => Compress(ZstdCodec.Instance, frame)).ToArray();
            Assert.Equal((ulong)ZstdInPlace.MostReach, ZstdFrame.WindowOf(stored));
            var buffers = new PageBuffers(roomBytes);
            var source = new StoredBytes(
                new CountingSource(stored), new ByteRange(0, stored.Length), 300_000, buffers, CancellationToken.None);
            await using var cutter = new PageCutter(ZstdCodec.Instance, source, page.Length, 0, buffers);

            var found = await ReadAllAsync(cutter, buffers);

            Assert.True(cutter.Fault is null && cutter.GoesBack, $"seed {seed}: {cutter.Fault}");
            Assert.True(page.AsSpan().SequenceEqual(found), $"seed {seed}: {found.Length} bytes of {page.Length}");
            await cutter.DisposeAsync();
            Assert.True(buffers.IsWhole, $"seed {seed}: room is missing");
        }
    }

    [Fact]
    public async Task A_changed_large_page_in_Zstandard_ends_with_a_fault_or_other_values()
    {
        var page = PageOfWords(new Random(1));
        var good = Compress(ZstdCodec.Instance, page);
        var faults = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var stored = (byte[])good.Clone();
            stored[random.Next(stored.Length)] ^= (byte)(1 << random.Next(8));
            var buffers = new PageBuffers();
            await using var cutter = new PageCutter(ZstdCodec.Instance, Stored(stored, seed: 0, buffers), page.Length, 0, buffers);

            Assert.True((await ReadAllAsync(cutter, buffers)).Length <= page.Length, $"seed {seed}");

            faults += cutter.Fault is null ? 0 : 1;
            await cutter.DisposeAsync();
            Assert.True(buffers.IsWhole, $"seed {seed}: room is missing");
        }

        Assert.InRange(faults, 5, 60);
    }

    [Fact]
    public void A_frame_says_how_far_it_goes_back()
    {
        Assert.Equal(10ul, ZstdFrame.WindowOf(Convert.FromHexString("28B52FFD200A5300")));
        Assert.Equal(256ul + 0x0201, ZstdFrame.WindowOf(Convert.FromHexString("28B52FFD600102")));
        Assert.Equal(0x04030201ul, ZstdFrame.WindowOf(Convert.FromHexString("28B52FFDA001020304")));
        Assert.Equal(0x05ul, ZstdFrame.WindowOf(Convert.FromHexString("28B52FFDE20000" + "0500000000000000")));
        Assert.Equal(2ul << 20, ZstdFrame.WindowOf(Convert.FromHexString("28B52FFD0058")));
        Assert.Equal((1ul << 20) / 8 * 11, ZstdFrame.WindowOf(Convert.FromHexString("28B52FFD0053")));
        Assert.Null(ZstdFrame.WindowOf(Convert.FromHexString("28B52FFDE20000" + "05000000000000")));
        Assert.Null(ZstdFrame.WindowOf(Convert.FromHexString("28B52FFDE3")));
        Assert.Null(ZstdFrame.WindowOf(Convert.FromHexString("28B52FFDE300")));
        Assert.Null(ZstdFrame.WindowOf(Convert.FromHexString("502A4D18040000000000000000")));
        Assert.Null(ZstdFrame.WindowOf([]));
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
            await using var cutter = new PageCutter(Codecs[codec], stored, length, 0, buffers);
            await ReadAllAsync(cutter, buffers);

            Assert.NotNull(cutter.Fault);
        }
    }

    [Fact]
    public async Task A_value_that_claims_too_much_is_told_where_it_stands()
    {
        byte[] page = [2, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1];
        var buffers = new PageBuffers(roomBytes: 4);
        await using var cutter = new PageCutter(
            UncompressedCodec.Instance, Stored(page, seed: 0, buffers), page.Length, levelKinds: 1, buffers);

        var found = await ReadAllAsync(cutter, buffers);

        Assert.Equal([2, 0, 0, 0, 1, 2], cutter.Levels);
        Assert.Equal([3, 0, 0, 0, 0, 0, 9], found);
        Assert.Equal("at byte 7 of 11 a value claims 16777216 bytes", cutter.Fault);
    }

    /// <returns>The values, with their lengths unless all are of one size.</returns>
    private static async Task<byte[]> ReadAllAsync(PageCutter cutter, PageBuffers buffers, int valueBytes = 0)
    {
        var found = new ByteBuffer();
        PieceRoom? room = null, former = null;
        try
        {
            while (!cutter.IsDone)
            {
                if (cutter.NeedsRoom)
                {
                    Overwrite(former, buffers);
                    (former, room) = (room, buffers.RentRoom());
                    cutter.TakeUp(room);
                }

                var piece = await cutter.NextAsync();
                Assert.Same(room, piece.Room);
                found.Append(piece.Bytes.AsSpan(piece.Start, piece.Count * valueBytes));
                foreach (var (offset, length) in piece.Slices.AsSpan(0, valueBytes > 0 ? 0 : piece.Count))
                {
                    found.AppendLength(length);
                    found.Append(piece.Bytes.AsSpan(offset, length));
                }

                buffers.Return(piece.Slices);
                if (cutter.NeedsRoom && !cutter.GoesBack)
                {
                    Overwrite(room, buffers);
                    room = null;
                }
            }
        }
        finally
        {
            Overwrite(former, buffers);
            Overwrite(room, buffers);
        }

        return found.Span.ToArray();
    }

    private static void Overwrite(PieceRoom? room, PageBuffers buffers)
    {
        if (room is not null)
        {
            room.Bytes.AsSpan().Fill(0xEE);
            Assert.True(buffers.Return(room));
        }
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

    /// <summary>Values that come again after about as many bytes as level 3 remembers, some larger than a room.</summary>
    private static byte[] PageThatGoesBack(Random random)
    {
        var page = new ByteBuffer();
        var noise = new byte[ZstdInPlace.MostReach - random.Next(200_000)];
        random.NextBytes(noise);
        while (page.Length < 12 << 20)
        {
            for (var at = 0; at < noise.Length; at += 5000)
            {
                var value = noise.AsSpan(at, Math.Min(random.Next(6000), noise.Length - at));
                page.AppendLength(value.Length);
                page.Append(value);
            }

            if (random.Next(3) == 0)
            {
                page.AppendLength(noise.Length * 3 / 2);
                page.Append(noise);
                page.Append(noise.AsSpan(0, (noise.Length * 3 / 2) - noise.Length));
            }
        }

        return page.Span.ToArray();
    }

    /// <summary>Little of what is stored of it is a value's own bytes.</summary>
    private static byte[] PageOfWords(Random random)
    {
        var page = new ByteBuffer();
        while (page.Length < 6 << 20)
        {
            var words = string.Join(' ', Enumerable.Range(0, random.Next(200)).Select(_ => $"word{random.Next(300)}"));
            page.AppendLength(words.Length);
            page.Append(Encoding.UTF8.GetBytes(words));
        }

        return page.Span.ToArray();
    }

    /// <summary>Rooms end where values end: nothing stands in front of the next one.</summary>
    private static byte[] PageOfKilobytes(Random random)
    {
        var page = new byte[12 << 20];
        random.NextBytes(page.AsSpan(0, ZstdInPlace.MostReach - 1024));
        for (var at = ZstdInPlace.MostReach - 1024; at < page.Length; at++)
        {
            page[at] = page[at - ZstdInPlace.MostReach + 1024];
        }

        for (var at = 0; at < page.Length; at += 1024)
        {
            BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(at), 1020);
        }

        return page;
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
        if (seed % 2 == 0)
        {
            var room = buffers.Rent(stored.Length);
            stored.CopyTo(room, 0);
            return new StoredBytes(room, 0, stored.Length, buffers);
        }

        var file = new CountingSource([1, .. stored, 2]);
        return new StoredBytes(file, new ByteRange(1, 1 + stored.Length), 1 + (seed % 4096), buffers, CancellationToken.None);
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
