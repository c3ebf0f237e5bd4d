using BatchLLM.Parquet;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Writing;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>The RLE / bit-packing hybrid.</summary>
public sealed class HybridTests
{
    private static readonly PagePlace Place = new("test.parquet", "column", 0);

    [Fact]
    public void The_example_of_the_specification_is_unpacked()
    {
        // 0 to 7 in 3 bits each, as the specification's Encodings.md shows it.
        var decoder = new HybridDecoder([0x03, 0b1000_1000, 0b1100_0110, 0b1111_1010], .., 3, Place);
        var values = new int[8];

        decoder.Read(values);

        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], values);
    }

    [Fact]
    public void What_is_encoded_is_decoded_in_pieces_of_any_size()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var bitWidth = random.Next(1, 32);
            var values = RandomValues(random, bitWidth);
            var buffer = new ByteBuffer();
            HybridEncoder.Encode(values, bitWidth, buffer);

            var decoder = new HybridDecoder(buffer.Span.ToArray(), .., bitWidth, Place);
            var decoded = new int[values.Length];
            for (var done = 0; done < decoded.Length;)
            {
                var piece = Math.Min(decoded.Length - done, random.Next(1, 50));
                decoder.Read(decoded.AsSpan(done, piece));
                done += piece;
            }

            Assert.True(values.AsSpan().SequenceEqual(decoded), $"seed {seed}");
        }
    }

    [Fact]
    public void Bits_are_read_the_same_as_integers()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var values = RandomValues(new Random(seed), bitWidth: 1);
            var buffer = new ByteBuffer();
            HybridEncoder.Encode(values, 1, buffer);

            var bits = new byte[values.Length];
            new HybridDecoder(buffer.Span.ToArray(), .., 1, Place).ReadBits(bits);

            Assert.Equal(values, bits.Select(bit => (int)bit));
        }
    }

    [Fact]
    public void A_width_of_zero_gives_zeros_without_data()
    {
        int[] values = [7, 7, 7];

        new HybridDecoder([], .., 0, Place).Read(values);

        Assert.Equal([0, 0, 0], values);
    }

    [Theory]
    [InlineData(new byte[] { }, 1)]
    [InlineData(new byte[] { 0x00 }, 8)]
    [InlineData(new byte[] { 0x02 }, 8)]
    [InlineData(new byte[] { 0x02, 0x02 }, 1)]
    [InlineData(new byte[] { 0x03 }, 4)]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, 4)]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00 }, 32)]
    public void Runs_that_end_early_or_hold_too_much_are_refused(byte[] data, int bitWidth)
    {
        var decoder = new HybridDecoder(data, .., bitWidth, Place);

        Assert.Throws<ParquetException>(() => decoder.Read(new int[5]));
    }

    private static int[] RandomValues(Random random, int bitWidth)
    {
        var values = new int[random.Next(500)];
        for (var i = 0; i < values.Length;)
        {
            var run = Math.Min(values.Length - i, random.Next(3) == 0 ? random.Next(1, 100) : 1);
            values.AsSpan(i, run).Fill((int)random.NextInt64(1L << bitWidth));
            i += run;
        }

        return values;
    }
}
