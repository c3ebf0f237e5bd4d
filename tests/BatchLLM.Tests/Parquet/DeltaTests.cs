using BatchLLM.Parquet;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY.</summary>
public sealed class DeltaTests
{
    private static readonly PagePlace Place = new("test.parquet", "column", 0);

    [Fact]
    public void The_examples_of_the_specification_are_decoded()
    {
        // Encodings.md: 1 to 5, and 7, 5, 3, 1, 2, 3, 4, 5, in a block of 128 values and 4 miniblocks.
        byte[] rising = [0x80, 0x01, 4, 5, 2, 2, 0, 0, 0, 0];
        byte[] mixed = [0x80, 0x01, 4, 8, 14, 3, 2, 0, 0, 0, 0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0];

        Assert.Equal([1, 2, 3, 4, 5], Numbers(ParquetColumnType.Int32, rising, 5));
        Assert.Equal([7, 5, 3, 1, 2, 3, 4, 5], Numbers(ParquetColumnType.Int32, mixed, 8));
    }

    [Fact]
    public void Integers_are_decoded_in_pieces_of_any_size()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var isShort = random.Next(2) == 0;
            var values = DeltaSamples.Integers(random, isShort);
            var data = DeltaSamples.Encoder(random, isPadded: random.Next(4) > 0).Integers(values);
            var type = isShort ? ParquetColumnType.Int32 : ParquetColumnType.Int64;
            Assert.True(values.AsSpan().SequenceEqual(Numbers(type, data, values.Length, random)), $"seed {seed}");
        }
    }

    [Fact]
    public void Sums_of_32_bits_wrap_around_in_whichever_width_they_were_made()
    {
        long[] values = [int.MinValue, int.MaxValue, int.MinValue, 0];
        var wide = new DeltaEncoder().Integers(values);

        // Differences in 32 bits: -1, 1, and int.MinValue, which is smallest; 31, 32 and 0 bits above it.
        byte[] narrow = [0x80, 0x01, 4, 4, .. Varint(uint.MaxValue), .. Varint(uint.MaxValue), 32, 0, 0, 0,
            .. BitConverter.GetBytes(int.MaxValue), .. BitConverter.GetBytes(0x80000001u), .. new byte[120]];

        Assert.Equal(values, Numbers(ParquetColumnType.Int32, wide, 4));
        Assert.Equal(values, Numbers(ParquetColumnType.Int32, narrow, 4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Byte_arrays_are_decoded_in_pieces_of_any_size(bool isShared)
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            var values = DeltaSamples.ByteArrays(random);
            var encoder = DeltaSamples.Encoder(random, isPadded: true);
            var data = isShared ? encoder.ByteArrays(values) : encoder.LengthByteArrays(values);
            var encoding = isShared ? ParquetEncoding.DELTA_BYTE_ARRAY : ParquetEncoding.DELTA_LENGTH_BYTE_ARRAY;
            var decoder = Decoder(ParquetColumnType.Binary, encoding, data);
            Assert.True(IsSame(values, Slices(decoder, values.Count, random)), $"seed {seed}");
        }
    }

    [Fact]
    public void Byte_arrays_of_one_length_are_decoded_and_others_refused()
    {
        var type = ParquetColumnType.Binary with { Physical = ParquetPhysicalType.FixedLengthByteArray, Length = 4 };
        List<byte[]> values = ["abcd"u8.ToArray(), "abxy"u8.ToArray(), "abxy"u8.ToArray()];
        var good = Decoder(type, ParquetEncoding.DELTA_BYTE_ARRAY, new DeltaEncoder().ByteArrays(values));
        var data = new DeltaEncoder().ByteArrays([.. values, "abx"u8.ToArray()]);
        var bad = Decoder(type, ParquetEncoding.DELTA_BYTE_ARRAY, data);

        Assert.True(IsSame(values, Slices(good, 3, new Random(0))));
        var refusal = Assert.Throws<ParquetException>(() => Slices(bad, 4, new Random(0)));
        Assert.Contains("a value has 3 bytes; expected 4", refusal.Message);
    }

    [Fact]
    public void Values_that_share_a_large_part_are_read_a_few_at_a_time()
    {
        var large = new byte[1 << 20];
        var values = Enumerable.Range(0, 1000).Select(i => (byte[])[.. large, (byte)i, (byte)(i >> 8)]).ToList();
        var decoder = Decoder(
            ParquetColumnType.Binary, ParquetEncoding.DELTA_BYTE_ARRAY, new DeltaEncoder().ByteArrays(values));
        var target = ColumnValues.ForRows(ParquetColumnType.Binary, ParquetReader.MaxBatchRows);

        for (var done = 0; done < values.Count;)
        {
            var ready = decoder.Ready(values.Count - done);
            Assert.InRange(ready, 1, 16);
            decoder.Read(target, ready);
            var last = target.Slices[ready - 1];
            done += ready;
            Assert.True(values[done - 1].AsSpan().SequenceEqual(target.Bytes.AsSpan(last.Offset, last.Length)));
            Assert.InRange(target.Bytes.Length, 1, 17 << 20);
        }
    }

    [Fact]
    public void A_page_of_nulls_alone_needs_no_bytes()
    {
        foreach (var encoding in new[]
        {
            ParquetEncoding.DELTA_LENGTH_BYTE_ARRAY, ParquetEncoding.DELTA_BYTE_ARRAY,
        })
        {
            var decoder = Decoder(ParquetColumnType.Text, encoding, []);
            Assert.Equal(7, decoder.Ready(7));
            decoder.Read(ColumnValues.ForRows(ParquetColumnType.Text, 7), 0);
        }

        Assert.Empty(Numbers(ParquetColumnType.Int64, [], 0));
    }

    [Theory]
    [InlineData("80", "end inside a header")]
    [InlineData("8001", "end inside a header")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFF", "longer than 10 bytes")]
    [InlineData("00040500", "claim 0 values in 4 parts")]
    [InlineData("8001000500", "claim 128 values in 0 parts")]
    [InlineData("80010B0500", "claim 128 values in 11 parts")]
    [InlineData("8001080500", "claim 128 values in 8 parts")]
    [InlineData("FFFFFFFFFF0F040500", "claim 549755813887 values in 4 parts")]
    [InlineData("800104808080801000", "claim 4294967296 values; expected at most 2147483647")]
    [InlineData("8001040500", "end inside a header")]
    [InlineData("8001040500" + "02", "4 miniblocks; 0 bytes are left")]
    [InlineData("8001040500" + "02" + "41000000", "65 bits; expected at most 64")]
    [InlineData("8001040500" + "02" + "08000000" + "010203", "4 delta-packed integers take 4 bytes; 3 are left")]
    [InlineData("8001040200" + "02" + "00000000", "0 delta-packed integers are left; expected 3 more")]
    public void Hostile_integers_are_refused(string data, string found)
    {
        var refusal = Assert.Throws<ParquetException>(() =>
        {
            var decoder = Decoder(
                ParquetColumnType.Int64, ParquetEncoding.DELTA_BINARY_PACKED, Convert.FromHexString(data));
            var target = ColumnValues.ForRows(ParquetColumnType.Int64, 5);
            decoder.Read(target, 2);
            decoder.Read(target, 3);
        });

        Assert.StartsWith("test.parquet: column 'column', row group 0, page 0: ", refusal.Message);
        Assert.Contains(found, refusal.Message);
    }

    [Theory]
    [InlineData(new long[] { }, new long[] { 3, -1 }, "a value claims -1 bytes")]
    [InlineData(new long[] { }, new long[] { 3, 4 }, "a value claims 4 bytes; 0 are left")]
    [InlineData(new long[] { }, new long[] { 2147483647, 1 }, "a value claims 2147483647 bytes; 3 are left")]
    [InlineData(new long[] { 1, 0 }, new long[] { 1, 1 }, "share 1 bytes with the one before it, which has 0")]
    [InlineData(new long[] { 0, 2 }, new long[] { 1, 1 }, "share 2 bytes with the one before it, which has 1")]
    [InlineData(new long[] { 0, -1 }, new long[] { 1, 1 }, "claims to share -1 bytes with the one before it")]
    public void Hostile_lengths_are_refused(long[] prefixes, long[] suffixes, string found)
    {
        var encoder = new DeltaEncoder();
        byte[] values = [.. encoder.Integers(suffixes), 1, 2, 3];
        var isShared = prefixes.Length > 0;
        byte[] data = [.. isShared ? encoder.Integers(prefixes) : [], .. values];
        var encoding = isShared ? ParquetEncoding.DELTA_BYTE_ARRAY : ParquetEncoding.DELTA_LENGTH_BYTE_ARRAY;

        var refusal = Assert.Throws<ParquetException>(
            () => Slices(Decoder(ParquetColumnType.Binary, encoding, data), 2, new Random(0)));

        Assert.Contains(found, refusal.Message);
    }

    [Fact]
    public void Changed_bytes_are_decoded_or_refused()
    {
        var (decoded, refused) = (0, 0);
        for (var seed = 0; seed < 6000; seed++)
        {
            var random = new Random(seed);
            var values = DeltaSamples.ByteArrays(random);
            var (type, encoding, data) = (seed % 3) switch
            {
                0 => (ParquetColumnType.Int64, ParquetEncoding.DELTA_BINARY_PACKED,
                    new DeltaEncoder().Integers(DeltaSamples.Integers(random, isShort: false))),
                1 => (ParquetColumnType.Binary, ParquetEncoding.DELTA_BYTE_ARRAY,
                    new DeltaEncoder().ByteArrays(values)),
                _ => (ParquetColumnType.Binary, ParquetEncoding.DELTA_LENGTH_BYTE_ARRAY,
                    new DeltaEncoder().LengthByteArrays(values)),
            };
            data[random.Next(Math.Min(data.Length, random.Next(1, data.Length + 1)))] = (byte)random.Next(256);
            var isDecoded = TryRead(type, encoding, data, seed);
            (decoded, refused) = isDecoded ? (decoded + 1, refused) : (decoded, refused + 1);
        }

        Assert.True(decoded > 500 && refused > 500, $"{decoded} were decoded, {refused} refused");
    }

    private static bool TryRead(ParquetColumnType type, ParquetEncoding encoding, byte[] data, int seed)
    {
        var target = ColumnValues.ForRows(type, ParquetReader.MaxBatchRows);
        try
        {
            var decoder = Decoder(type, encoding, data);
            decoder.Read(target, decoder.Ready(50));
            return true;
        }
        catch (ParquetException)
        {
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"seed {seed}: {exception.GetType().Name}", exception);
        }
    }

    private static ValueDecoder Decoder(ParquetColumnType type, ParquetEncoding encoding, byte[] data)
    {
        // The page begins inside its buffer, and what stands behind it is not part of it.
        byte[] padded = [0xAA, 0xAA, .. data, 0xAA, 0xAA, 0xAA];
        return new PageValues(padded, 2, 2 + data.Length, type, Place).Decode(encoding, null);
    }

    private static long[] Numbers(ParquetColumnType type, byte[] data, int count, Random? random = null)
    {
        var decoder = Decoder(type, ParquetEncoding.DELTA_BINARY_PACKED, data);
        var target = ColumnValues.ForRows(type, ParquetReader.MaxBatchRows);
        var numbers = new List<long>();
        while (numbers.Count < count)
        {
            var piece = Math.Min(count - numbers.Count, random?.Next(1, 200) ?? count);
            decoder.Read(target, piece);
            numbers.AddRange(target.Numbers.AsSpan(0, piece));
        }

        return [.. numbers];
    }

    private static List<byte[]> Slices(ValueDecoder decoder, int count, Random random)
    {
        var target = ColumnValues.ForRows(ParquetColumnType.Binary, ParquetReader.MaxBatchRows);
        var read = new List<byte[]>();
        while (read.Count < count)
        {
            var piece = decoder.Ready(Math.Min(count - read.Count, random.Next(1, 200)));
            decoder.Read(target, piece);
            read.AddRange(target.Slices.Take(piece)
                .Select(slice => target.Bytes.AsSpan(slice.Offset, slice.Length).ToArray()));
        }

        return read;
    }

    private static bool IsSame(List<byte[]> expected, List<byte[]> actual) =>
        expected.Count == actual.Count
        && expected.Zip(actual).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}
