using System.Buffers.Binary;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Writing;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>A page that is decompressed a part at a time gives the values that it gives in one.</summary>
public sealed partial class PageCutterTests
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
}
