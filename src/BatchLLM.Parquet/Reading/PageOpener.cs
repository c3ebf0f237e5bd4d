using System.Buffers.Binary;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Reading;

/// <summary>Turns a page's decompressed bytes into decoders: finds the levels, keeps the chunk's dictionary.</summary>
internal sealed class PageOpener(ParquetColumnSchema column, PageBuffers buffers, PagePlace place) : IDisposable
{
    private const string Repetition = "repetition";
    private const string Definition = "definition";

    private byte[] _page = [];
    private PageDictionary? _dictionary;

    /// <summary>True once the chunk's dictionary was read.</summary>
    public bool HasDictionary => _dictionary is not null;

    /// <summary>Reads a dictionary page.</summary>
    public void OpenDictionary(PageBody body)
    {
        var header = body.Header;
        if (header.Encoding is not (ParquetEncoding.PLAIN or ParquetEncoding.PLAIN_DICTIONARY))
        {
            throw place.Unsupported($"a dictionary in the encoding {header.Encoding}");
        }

        if (column.Type.PlainSize == 0 || (long)header.ValueCount * column.Type.PlainSize > body.Length)
        {
            throw place.Damaged(
                $"a dictionary claims {header.ValueCount} values of {column.Type.Physical} in {body.Length} bytes");
        }

        if (header.ValueCount > PageDictionary.MostEntries)
        {
            throw place.Unsupported(FormattableString.Invariant($"a dictionary of {header.ValueCount} entries"));
        }

        var page = new PageValues(body.Data, 0, body.Length, column.Type, place);
        _dictionary = new PageDictionary(page, header.ValueCount, buffers);
    }

    /// <summary>Opens a data page of version 1: levels and values are compressed together.</summary>
    public DataPage OpenVersion1(PageBody body)
    {
        _page = body.Data;
        var (header, position) = (body.Header, 0);
        var repetitions = OpenLevels(Repetition, header.RepetitionEncoding, header.ValueCount, body.Length, ref position);
        var definitions = OpenLevels(Definition, header.DefinitionEncoding, header.ValueCount, body.Length, ref position);
        return Open(body, repetitions, definitions, position);
    }

    /// <summary>Opens a data page of version 2: levels stand before the values and are never compressed.</summary>
    public DataPage OpenVersion2(PageBody body)
    {
        _page = body.Data;
        var header = body.Header;
        var levelsLength = header.RepetitionLength + header.DefinitionLength;
        var repetitions = Runs(..header.RepetitionLength, column.MaxRepetition);
        var definitions = Runs(header.RepetitionLength..levelsLength, column.MaxDefinition);
        return Open(body, repetitions, definitions, levelsLength);
    }

    /// <summary>Gives the dictionary up.</summary>
    public void Dispose() => _dictionary?.Dispose();

    private DataPage Open(PageBody body, HybridDecoder? repetitions, HybridDecoder? definitions, int start)
    {
        var values = new PageValues(_page, start, body.Length, column.Type, place);
        var decoder = body.Pieces is { } pieces ? new PieceDecoder(pieces, column.Type, place)
            : body.Slices is { } slices ? new PlainByteArrayDecoder(values, slices)
            : values.Decode(body.Header.Encoding, _dictionary);
        return new DataPage(
            new LevelDecoder(repetitions, column.MaxRepetition, Repetition, place),
            new LevelDecoder(definitions, column.MaxDefinition, Definition, place),
            decoder,
            body.Header.ValueCount);
    }

    /// <returns>Null where the schema leaves one level alone, which is then not stored.</returns>
    private HybridDecoder? OpenLevels(string kind, ParquetEncoding encoding, int count, int length, ref int position)
    {
        var most = kind == Repetition ? column.MaxRepetition : column.MaxDefinition;
        if (most == 0)
        {
            return null;
        }

        var start = position;
        switch (encoding)
        {
            case ParquetEncoding.RLE:
                var levels = ReadLevelRange(kind, start, length, count);
                position = levels.End.Value;
                return Runs(levels, most);
            case ParquetEncoding.BIT_PACKED:
                var bitWidth = LevelDecoder.BitWidth(most);
                position = (int)Math.Min(length, start + (((count * (long)bitWidth) + 7) / 8));
                PackedLevels.TurnAround(_page.AsSpan(start..position), bitWidth);
                var runs = Runs(start..position, most);
                runs?.SetPacked();
                return runs;
            default:
                throw place.Unsupported($"{kind} levels in the encoding {encoding}");
        }
    }

    private HybridDecoder? Runs(Range range, int most) =>
        most == 0 ? null : new HybridDecoder(_page, range, LevelDecoder.BitWidth(most), place);

    private Range ReadLevelRange(string kind, int position, int length, int values)
    {
        var held = length - position;
        var claimed = held < sizeof(int) ? (values == 0 ? 0 : -1)
            : BinaryPrimitives.ReadInt32LittleEndian(_page.AsSpan(position));
        if (claimed < 0 || claimed > Math.Max(0, held - sizeof(int)))
        {
            throw place.Damaged($"the {kind} levels claim {claimed} bytes of a page of {length} bytes");
        }

        var start = Math.Min(position + sizeof(int), length);
        return start..(start + claimed);
    }
}
