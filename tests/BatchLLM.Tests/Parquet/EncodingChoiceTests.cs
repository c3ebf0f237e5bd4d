using BatchLLM.Parquet;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Writing;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Which encoding a writer takes for what, and what it then writes.</summary>
public sealed class EncodingChoiceTests
{
    private const int Rows = 5000;

    [Theory]
    [InlineData("label", "RLE_DICTIONARY")]
    [InlineData("few integers", "RLE_DICTIONARY")]
    [InlineData("counter", "DELTA_BINARY_PACKED")]
    [InlineData("date", "DELTA_BINARY_PACKED")]
    [InlineData("clock", "DELTA_BINARY_PACKED")]
    [InlineData("any long", "PLAIN")]
    [InlineData("any int", "PLAIN")]
    [InlineData("id", "DELTA_BYTE_ARRAY")]
    [InlineData("hash", "DELTA_LENGTH_BYTE_ARRAY")]
    [InlineData("prose", "PLAIN")]
    [InlineData("measurement", "BYTE_STREAM_SPLIT")]
    [InlineData("any bits", "PLAIN")]
    [InlineData("truth", "PLAIN")]
    [InlineData("nulls", "PLAIN")]
    public void The_values_decide_the_encoding(string values, string expected)
    {
        var chunk = Collect(values, new Random(1));

        Assert.Equal(expected, new EncodingChoice(SnappyCodec.Instance).Choose(chunk).Encoding.ToString());
    }

    [Fact]
    public void A_split_that_nothing_compresses_saves_nothing()
    {
        var chunk = Collect("measurement", new Random(1));

        Assert.Equal(ParquetEncoding.PLAIN, new EncodingChoice(UncompressedCodec.Instance).Choose(chunk).Encoding);
    }

    [Fact]
    public void Integers_are_delta_packed_as_the_format_describes()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var values = DeltaSamples.Integers(new Random(seed), isShort: seed % 2 == 0);
            var output = new ByteBuffer();
            DeltaIntegerEncoder.Encode(values, output);

            Assert.True(output.Span.SequenceEqual(new DeltaEncoder().Integers(values)), $"seed {seed}");
        }
    }

    [Fact]
    public void Byte_arrays_are_delta_packed_as_the_format_describes()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var values = DeltaSamples.ByteArrays(new Random(seed));
            var chunk = new ColumnChunkBuilder(new("x", ParquetColumnType.Binary), ["x"], new ParquetWriterOptions());
            var column = new ParquetColumnWriter(chunk);
            values.ForEach(value => column.AppendBytes(value));
            chunk.Close();

            var reference = new DeltaEncoder();
            Assert.True(
                Encode(new DeltaLengthEncoder(), chunk).SequenceEqual(reference.LengthByteArrays(values)),
                $"seed {seed}: lengths");
            Assert.True(
                Encode(new DeltaByteArrayEncoder(), chunk).SequenceEqual(reference.ByteArrays(values)),
                $"seed {seed}: prefixes");
        }
    }

    private static byte[] Encode(IPageValueEncoder encoder, ColumnChunkBuilder chunk)
    {
        var output = new ByteBuffer();
        encoder.Append(chunk, default, Assert.Single(chunk.Pages), output);
        return output.Span.ToArray();
    }

    private static ColumnChunkBuilder Collect(string values, Random random)
    {
        var type = values switch
        {
            "few integers" or "counter" or "any int" => ParquetColumnType.Int32,
            "date" => ParquetColumnType.Date,
            "clock" => ParquetColumnType.TimestampMicros,
            "any long" => ParquetColumnType.Int64,
            "measurement" => ParquetColumnType.Double,
            "any bits" => ParquetColumnType.Float,
            "truth" => ParquetColumnType.Boolean,
            _ => ParquetColumnType.Text,
        };
        var chunk = new ColumnChunkBuilder(new("x", type), ["x"], new ParquetWriterOptions());
        var column = new ParquetColumnWriter(chunk);
        for (var row = 0; row < Rows; row++)
        {
            Append(column, values, row, random);
        }

        chunk.Close();
        return chunk;
    }

    private static void Append(ParquetColumnWriter column, string values, int row, Random random)
    {
        switch (values)
        {
            case "label": column.AppendText(random.Next(2) == 0 ? "a rather long label" : "another label"); break;
            case "few integers": column.AppendInt64(1_000_000 * random.Next(4)); break;
            case "counter": column.AppendInt64(row); break;
            case "date": column.AppendInt64(20_000 + (row / 2)); break;
            case "clock": column.AppendInt64(1_700_000_000_000_000 + (row * 1_000_000L) + random.Next(1000)); break;
            case "any long": column.AppendInt64(random.NextInt64(long.MinValue, long.MaxValue)); break;
            case "any int": column.AppendInt64(random.NextInt64(int.MinValue, 1L + int.MaxValue)); break;
            case "id": column.AppendText($"customers/europe/{row:D8}"); break;
            case "hash": column.AppendText($"{random.NextInt64():x16}"); break;
            case "prose": column.AppendText(string.Concat(Enumerable.Repeat($"{random.Next():x8} ", 50))); break;
            case "measurement": column.AppendDouble(20 + random.NextSingle()); break;
            case "any bits": column.AppendDouble(BitConverter.Int32BitsToSingle(random.Next())); break;
            case "truth": column.AppendBoolean(random.Next(2) == 0); break;
            default: column.AppendNull(); break;
        }
    }
}
