using System.Buffers;
using System.Buffers.Binary;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Reading;

/// <summary>Turns a page's bytes into decoders: decompresses, finds the levels, keeps the chunk's dictionary.</summary>
internal sealed class PageOpener(ParquetColumnSchema column, PageCodec codec, PagePlace place) : IDisposable
{
    /// <summary>No writer makes pages of even a tenth of this.</summary>
    private const int MaxPageBytes = 1 << 30;

    private byte[] _page = [];
    private ColumnValues? _dictionary;
    private int _dictionaryCount;

    /// <summary>True once the chunk's dictionary was read.</summary>
    public bool HasDictionary => _dictionary is not null;

    /// <summary>Reads a dictionary page.</summary>
    public void OpenDictionary(PageHeader header, ArraySegment<byte> body)
    {
        if (header.Encoding is not (ParquetEncoding.PLAIN or ParquetEncoding.PLAIN_DICTIONARY))
        {
            throw place.Unsupported($"a dictionary in the encoding {header.Encoding}");
        }

        // Not pooled: slices refer to it as long as anyone holds a batch of the chunk.
        var data = new byte[CheckedLength(header.UncompressedSize, body.Count, codec)];
        Decompress(codec, body, data);
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
    public DataPage OpenVersion1(PageHeader header, ArraySegment<byte> body)
    {
        var length = CheckedLength(header.UncompressedSize, body.Count, codec);
        Decompress(codec, body, RentPage(length));
        var position = 0;
        var levels = column.IsOptional ? OpenLevels(header, length, ref position) : null;
        return Open(header, levels, position, length);
    }

    /// <summary>Opens a data page of version 2: levels stand before the values and are never compressed.</summary>
    public DataPage OpenVersion2(PageHeader header, ArraySegment<byte> body)
    {
        var levelsLength = (long)header.RepetitionLength + header.DefinitionLength;
        if (header.RepetitionLength < 0 || header.DefinitionLength < 0
            || levelsLength > Math.Min(body.Count, header.UncompressedSize))
        {
            throw place.Damaged($"the levels claim {levelsLength} bytes of a page of {body.Count} bytes");
        }

        var valuesCodec = header.IsCompressed ? codec : UncompressedCodec.Instance;
        var values = body[(int)levelsLength..];
        var valuesLength = CheckedLength(header.UncompressedSize - (int)levelsLength, values.Count, valuesCodec);
        var page = RentPage((int)levelsLength + valuesLength);
        body[..(int)levelsLength].AsSpan().CopyTo(page);
        Decompress(valuesCodec, values, page[(int)levelsLength..]);
        var levels = column.IsOptional
            ? new HybridDecoder(_page, header.RepetitionLength..(int)levelsLength, 1, place)
            : null;
        return Open(header, levels, (int)levelsLength, page.Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_page.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_page);
            _page = [];
        }
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

    private int CheckedLength(int length, int compressedLength, PageCodec pageCodec)
    {
        var most = Math.Min(MaxPageBytes, pageCodec.MaxDecompressedLength(compressedLength));
        return length >= 0 && length <= most
            ? length
            : throw place.Damaged(
                $"the page claims {length} bytes, from {compressedLength} compressed ones; expected at most {most}");
    }

    private ArraySegment<byte> RentPage(int length)
    {
        if (_page.Length < length || _page.Length == 0)
        {
            Dispose();
            _page = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
        }

        return new ArraySegment<byte>(_page, 0, length);
    }

    private void Decompress(PageCodec pageCodec, ArraySegment<byte> source, ArraySegment<byte> destination)
    {
        // Writers leave out the compressed form of nothing.
        if (source.Count == 0 && destination.Count == 0)
        {
            return;
        }

        if (pageCodec.Decompress(source, destination) is { } fault)
        {
            throw place.Damaged($"{fault}");
        }
    }
}
