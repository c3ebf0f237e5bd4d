using System.Buffers.Binary;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>Turns a page's decompressed bytes into decoders: finds the levels, keeps the chunk's dictionary.</summary>
internal sealed class PageOpener(ParquetColumnSchema column, PagePlace place)
{
    private byte[] _page = [];
    private ColumnValues? _dictionary;
    private int _dictionaryCount;

    /// <summary>True once the chunk's dictionary was read.</summary>
    public bool HasDictionary => _dictionary is not null;

    /// <summary>Reads a dictionary page.</summary>
    public void OpenDictionary(PageBody body)
    {
        var (header, data) = (body.Header, body.Data);
        if (header.Encoding is not (ParquetEncoding.PLAIN or ParquetEncoding.PLAIN_DICTIONARY))
        {
            throw place.Unsupported($"a dictionary in the encoding {header.Encoding}");
        }

        if (column.Type.PlainSize == 0 || (long)header.ValueCount * column.Type.PlainSize > data.Length)
        {
            throw place.Damaged(
                $"a dictionary claims {header.ValueCount} values of {column.Type.Physical} in {data.Length} bytes");
        }

        _dictionary = ColumnValues.ForDictionary(column.Type, header.ValueCount);
        _dictionaryCount = header.ValueCount;
        new PageValues(data, 0, data.Length, column.Type, place).DecodePlain().Read(_dictionary, _dictionaryCount);
    }

    /// <summary>Opens a data page of version 1: levels and values are compressed together.</summary>
    public DataPage OpenVersion1(PageBody body)
    {
        _page = body.Data;
        var position = 0;
        var levels = column.IsOptional ? OpenLevels(body.Header, body.Length, ref position) : null;
        return Open(body.Header, levels, position, body.Length);
    }

    /// <summary>Opens a data page of version 2: levels stand before the values and are never compressed.</summary>
    public DataPage OpenVersion2(PageBody body)
    {
        _page = body.Data;
        var header = body.Header;
        var levelsLength = header.RepetitionLength + header.DefinitionLength;
        var levels = column.IsOptional
            ? new HybridDecoder(_page, header.RepetitionLength..levelsLength, 1, place)
            : null;
        return Open(header, levels, levelsLength, body.Length);
    }

    private DataPage Open(PageHeader header, HybridDecoder? levels, int start, int end)
    {
        var values = new PageValues(_page, start, end, column.Type, place);
        var decoder = values.Decode(header.Encoding, _dictionary, _dictionaryCount);
        return new DataPage(levels, decoder, header.ValueCount);
    }

    private HybridDecoder OpenLevels(PageHeader header, int length, ref int position)
    {
        switch (header.DefinitionEncoding)
        {
            case ParquetEncoding.RLE:
                var levels = ReadLevelRange(length, header.ValueCount);
                position = levels.End.Value;
                return new HybridDecoder(_page, levels, 1, place);
            case ParquetEncoding.BIT_PACKED:
                position = (int)Math.Min(length, (header.ValueCount + 7L) / 8);
                return OpenLegacyLevels(position);
            default:
                throw place.Unsupported($"definition levels in the encoding {header.DefinitionEncoding}");
        }
    }

    private Range ReadLevelRange(int length, int values)
    {
        var claimed = length < sizeof(int) ? (values == 0 ? 0 : -1) : BinaryPrimitives.ReadInt32LittleEndian(_page);
        if (claimed < 0 || claimed > Math.Max(0, length - sizeof(int)))
        {
            throw place.Damaged($"the definition levels claim {claimed} bytes of a page of {length} bytes");
        }

        var start = Math.Min(sizeof(int), length);
        return start..(start + claimed);
    }

    /// <summary>
    /// The deprecated levels are one packed run, most significant bit first; turned around, each byte is what the
    /// hybrid's packed run holds.
    /// </summary>
    private HybridDecoder OpenLegacyLevels(int length)
    {
        foreach (ref var value in _page.AsSpan(0, length))
        {
            // Mirrors the byte: halves, then pairs, then neighbours change places.
            var mirrored = (value >> 4) | (value << 4);
            mirrored = ((mirrored & 0xCC) >> 2) | ((mirrored & 0x33) << 2);
            value = (byte)(((mirrored & 0xAA) >> 1) | ((mirrored & 0x55) << 1));
        }

        var levels = new HybridDecoder(_page, ..length, 1, place);
        levels.SetPacked();
        return levels;
    }
}
