using System.IO.Hashing;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;
using BatchLLM.Parquet.Values;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>Pages that carry a checksum are compared with it.</summary>
public sealed class ChecksumTests
{
    [Theory]
    [InlineData("datapage_v1-corrupt-checksum.parquet", "a", "page 0: the CRC-32 of the page's 10240 bytes is ")]
    [InlineData("datapage_v1-corrupt-checksum.parquet", "b", "page 1: the CRC-32 of the page's 10240 bytes is ")]
    [InlineData("rle-dict-uncompressed-corrupt-checksum.parquet", "long_field", "page 0: the CRC-32 of the page's ")]
    [InlineData("rle-dict-uncompressed-corrupt-checksum.parquet", "binary_field", "page 0: the CRC-32 of the page's ")]
    public async Task A_file_with_a_wrong_checksum_is_refused(string name, string column, string found)
    {
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes("apache/bad/" + name), name);

        var refusal = await Assert.ThrowsAsync<ParquetException>(() => reader.ReadTextAsync([column]));

        Assert.StartsWith($"{name}: column '{column}', row group 0, {found}", refusal.Message);
        Assert.False(refusal.IsUnsupported);
    }

    [Theory]
    [InlineData("Data")]
    [InlineData("DataV2")]
    [InlineData("Dictionary")]
    public async Task Any_changed_bit_of_a_page_is_found(string type)
    {
        var chunk = Chunk(Enum.Parse<PageType>(type), out var body);
        Assert.Equal(33, await ReadAsync(chunk));
        for (var bit = 8 * body.Start.Value; bit < 8 * body.End.Value; bit++)
        {
            var damaged = (byte[])chunk.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var refusal = await Assert.ThrowsAsync<ParquetException>(() => ReadAsync(damaged));
            Assert.StartsWith("a.parquet: column 'b', row group 3, page 0: the CRC-32 of", refusal.Message);
        }
    }

    /// <summary>A chunk of ten rows, all 33, whose first page has a checksum, over levels and values.</summary>
    private static byte[] Chunk(PageType type, out Range body)
    {
        byte[] tenOnes = [20, 1];
        byte[] levels = [2, 0, 0, 0, .. tenOnes];
        byte[] values = [.. Enumerable.Repeat(33, 10).SelectMany(BitConverter.GetBytes)];
        var before = type == PageType.Data ? levels : type == PageType.DataV2 ? tenOnes : [];
        byte[] first = [.. before, .. values];
        var header = Header(type, ParquetEncoding.PLAIN, first, tenOnes.Length, Crc32.HashToUInt32(first));
        body = header.Length..(header.Length + first.Length);
        if (type != PageType.Dictionary)
        {
            return [.. header, .. first];
        }

        // Indices of four bits: ten times the dictionary's fourth entry.
        byte[] second = [.. levels, 4, 20, 3];
        var secondHeader = Header(PageType.Data, ParquetEncoding.RLE_DICTIONARY, second, 0, null);
        return [.. header, .. first, .. secondHeader, .. second];
    }

    private static byte[] Header(PageType type, ParquetEncoding encoding, byte[] body, int levels, uint? checksum)
    {
        var header = new CompactWriter();
        header.BeginStruct();
        header.WriteInt32(1, (int)type);
        header.WriteInt32(2, body.Length);
        header.WriteInt32(3, body.Length);
        if (checksum is { } sum)
        {
            header.WriteInt32(4, (int)sum);
        }

        header.BeginStruct((short)(type == PageType.Data ? 5 : type == PageType.DataV2 ? 8 : 7));
        header.WriteInt32(1, 10);
        header.WriteInt32((short)(type == PageType.DataV2 ? 4 : 2), (int)encoding);
        if (type == PageType.Data)
        {
            header.WriteInt32(3, (int)ParquetEncoding.RLE);
        }
        else if (type == PageType.DataV2)
        {
            header.WriteInt32(5, levels);
        }

        header.EndStruct();
        header.EndStruct();
        return header.Written.ToArray();
    }

    /// <returns>The one value of all rows.</returns>
    private static async Task<long> ReadAsync(byte[] chunk)
    {
        var column = new ParquetColumnSchema("b", ParquetColumnType.Int32);
        var location = new ChunkLocation(
            column, UncompressedCodec.Instance, new PagePlace("a.parquet", "b", 3), 0, chunk.Length, chunk.Length, 10);
        var values = ColumnValues.ForRows(column.Type, 10);
        using var stream = new MemoryStream(chunk);
        await using var reader = new ColumnChunkReader(new ParquetStreamSource(stream), location, new PageBuffers(), new PageWork(), values);
        await reader.LoadPageAsync(CancellationToken.None);
        reader.Read(10);
        return Assert.Single(values.Numbers.Distinct());
    }
}
