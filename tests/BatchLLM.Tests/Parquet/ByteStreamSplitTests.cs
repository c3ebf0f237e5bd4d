using BatchLLM.Parquet;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>BYTE_STREAM_SPLIT: what it holds is what PLAIN holds, in another order.</summary>
public sealed class ByteStreamSplitTests
{
    private static readonly PagePlace Place = new("test.parquet", "column", 0);

    public static TheoryData<ParquetPhysicalType, int> Types => new()
    {
        { ParquetPhysicalType.Int32, 0 },
        { ParquetPhysicalType.Int64, 0 },
        { ParquetPhysicalType.Float, 0 },
        { ParquetPhysicalType.Double, 0 },
        { ParquetPhysicalType.FixedLengthByteArray, 1 },
        { ParquetPhysicalType.FixedLengthByteArray, 2 },
        { ParquetPhysicalType.FixedLengthByteArray, 13 },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void Split_values_are_those_of_the_plain_encoding(ParquetPhysicalType physical, int length)
    {
        var type = new ParquetColumnType(physical, ParquetValueKind.Binary) { Length = length };
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var plain = new byte[random.Next(1000) * type.PlainSize];
            random.NextBytes(plain);
            var expected = Read(type, ParquetEncoding.PLAIN, plain, new Random(seed));
            var actual = Read(type, ParquetEncoding.BYTE_STREAM_SPLIT, Split(plain, type.PlainSize), random);
            Assert.True(expected.SequenceEqual(actual), $"seed {seed}");
        }
    }

    [Fact]
    public void A_page_that_is_no_multiple_of_the_size_is_refused()
    {
        var refusal = Assert.Throws<ParquetException>(() => Decoder(
            ParquetColumnType.Double, ParquetEncoding.BYTE_STREAM_SPLIT, new byte[12]));

        Assert.Contains("split values take 12 bytes; expected a multiple of 8", refusal.Message);
    }

    [Fact]
    public void A_page_of_too_few_values_is_refused()
    {
        var decoder = Decoder(ParquetColumnType.Float, ParquetEncoding.BYTE_STREAM_SPLIT, new byte[12]);

        var refusal = Assert.Throws<ParquetException>(
            () => decoder.Read(ColumnValues.ForRows(ParquetColumnType.Float, 4), 4));

        Assert.Contains("3 split values are left; expected 4 more", refusal.Message);
    }

    [Theory]
    [InlineData(ParquetPhysicalType.ByteArray, "BYTE_STREAM_SPLIT")]
    [InlineData(ParquetPhysicalType.Int96, "BYTE_STREAM_SPLIT")]
    [InlineData(ParquetPhysicalType.Double, "DELTA_BINARY_PACKED")]
    [InlineData(ParquetPhysicalType.FixedLengthByteArray, "DELTA_LENGTH_BYTE_ARRAY")]
    [InlineData(ParquetPhysicalType.Int64, "DELTA_BYTE_ARRAY")]
    [InlineData(ParquetPhysicalType.Int64, "RLE")]
    public void A_type_that_an_encoding_is_not_for_is_refused(ParquetPhysicalType physical, string encoding)
    {
        var type = new ParquetColumnType(physical, ParquetValueKind.Binary) { Length = 4 };

        var refusal = Assert.Throws<ParquetException>(
            () => Decoder(type, Enum.Parse<ParquetEncoding>(encoding), new byte[48]));

        Assert.True(refusal.IsUnsupported);
        Assert.Contains($"uses {encoding} for values of {physical}", refusal.Message);
    }

    private static byte[] Split(byte[] plain, int size)
    {
        var count = plain.Length / size;
        return [.. Enumerable.Range(0, plain.Length).Select(i => plain[(i % count * size) + (i / count)])];
    }

    private static ValueDecoder Decoder(ParquetColumnType type, ParquetEncoding encoding, byte[] data)
    {
        byte[] padded = [0xAA, .. data, 0xAA];
        return new PageValues(padded, 1, 1 + data.Length, type, Place).Decode(encoding, null);
    }

    private static List<string> Read(ParquetColumnType type, ParquetEncoding encoding, byte[] data, Random random)
    {
        var decoder = Decoder(type, encoding, data);
        var target = ColumnValues.ForRows(type, ParquetReader.MaxBatchRows);
        var read = new List<string>();
        for (var left = data.Length / type.PlainSize; left > 0;)
        {
            var piece = Math.Min(left, random.Next(1, 100));
            decoder.Read(target, piece);
            read.AddRange(Enumerable.Range(0, piece).Select(i => Show(target, type, i)));
            left -= piece;
        }

        return read;
    }

    private static string Show(ColumnValues values, ParquetColumnType type, int index) => type.IsBytes
        ? Convert.ToHexString(values.Bytes.AsSpan(values.Slices[index].Offset, values.Slices[index].Length))
        : Convert.ToHexString(BitConverter.GetBytes(values.Numbers[index]));
}
