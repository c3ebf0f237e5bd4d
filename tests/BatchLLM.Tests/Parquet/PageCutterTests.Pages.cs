using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Writing;
using Xunit;

namespace BatchLLM.Tests.Parquet;

public sealed partial class PageCutterTests
{
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
