using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// Turns a collected chunk into pages: a dictionary first if it pays, then data pages of version 1, which every reader
/// knows.
/// </summary>
internal sealed class ChunkEncoder(CompressionCodec codec, IPageCompressor compressor)
{
    private readonly ByteBuffer _output = new();
    private readonly ByteBuffer _body = new();
    private readonly ByteBuffer _compressed = new();
    private int[] _levels = [];
    private long _uncompressedSize;

    /// <summary>The encoded chunk, until the next one.</summary>
    public ReadOnlyMemory<byte> Output => _output.Memory;

    /// <summary>Encodes a chunk.</summary>
    /// <param name="chunk">The collected values.</param>
    /// <param name="offset">Where the chunk will begin, in bytes from the start of the file.</param>
    public WrittenChunk Encode(ColumnChunkBuilder chunk, long offset)
    {
        _output.Clear();
        _uncompressedSize = 0;
        var hasDictionary = DictionaryPays(chunk);
        if (hasDictionary)
        {
            WriteDictionary(chunk);
        }

        var dataOffset = offset + _output.Length;
        WriteDataPages(chunk, hasDictionary);
        return new WrittenChunk(
            chunk, codec, hasDictionary ? offset : null, dataOffset, _uncompressedSize, _output.Length);
    }

    private static bool DictionaryPays(ColumnChunkBuilder chunk)
    {
        var dictionary = chunk.Dictionary;
        if (!dictionary.IsAlive || dictionary.Count == 0)
        {
            return false;
        }

        var lengths = chunk.Column.Type.Physical == ParquetPhysicalType.ByteArray ? 4L * dictionary.Count : 0;
        var indices = (long)chunk.ValueCount * HybridEncoder.BitWidth(dictionary.Count - 1) / 8;
        return dictionary.ByteCount + lengths + indices < chunk.Plain.Length;
    }

    private void WriteDictionary(ColumnChunkBuilder chunk)
    {
        _body.Clear();
        for (var i = 0; i < chunk.Dictionary.Count; i++)
        {
            var entry = chunk.Dictionary.Entry(i);
            if (chunk.Column.Type.Physical == ParquetPhysicalType.ByteArray)
            {
                _body.AppendLength(entry.Length);
            }

            _body.Append(entry);
        }

        WritePage(PageType.Dictionary, chunk.Dictionary.Count, ParquetEncoding.PLAIN);
    }

    private void WriteDataPages(ColumnChunkBuilder chunk, bool hasDictionary)
    {
        var start = default(PageMark);
        foreach (var end in chunk.ClosePages())
        {
            _body.Clear();
            if (chunk.Column.Type.IsList)
            {
                AppendLevels(chunk.Repetitions.Span[start.Levels..end.Levels], maxLevel: 1);
            }

            if (chunk.MaxDefinition > 0)
            {
                AppendLevels(chunk.Definitions.Span[start.Levels..end.Levels], chunk.MaxDefinition);
            }

            AppendValues(chunk, start, end, hasDictionary);
            var encoding = hasDictionary ? ParquetEncoding.RLE_DICTIONARY : ParquetEncoding.PLAIN;
            WritePage(PageType.Data, end.Levels - start.Levels, encoding);
            start = end;
        }
    }

    private void AppendLevels(ReadOnlySpan<byte> levels, int maxLevel)
    {
        if (_levels.Length < levels.Length)
        {
            _levels = new int[levels.Length];
        }

        for (var i = 0; i < levels.Length; i++)
        {
            _levels[i] = levels[i];
        }

        var lengthAt = _body.Length;
        _body.AppendLength(0);
        HybridEncoder.Encode(_levels.AsSpan(0, levels.Length), HybridEncoder.BitWidth(maxLevel), _body);
        _body.SetLength(lengthAt, _body.Length - lengthAt - sizeof(int));
    }

    private void AppendValues(ColumnChunkBuilder chunk, PageMark start, PageMark end, bool hasDictionary)
    {
        if (hasDictionary)
        {
            var bitWidth = HybridEncoder.BitWidth(chunk.Dictionary.Count - 1);
            _body.Append((byte)bitWidth);
            HybridEncoder.Encode(chunk.Dictionary.Indices[start.Values..end.Values], bitWidth, _body);
        }
        else if (chunk.Column.Type.Physical == ParquetPhysicalType.Boolean)
        {
            PackBooleans(chunk.Plain.Span[start.Bytes..end.Bytes]);
        }
        else
        {
            _body.Append(chunk.Plain.Span[start.Bytes..end.Bytes]);
        }
    }

    private void PackBooleans(ReadOnlySpan<byte> values)
    {
        var packed = _body.Reserve((values.Length + 7) / 8)[..((values.Length + 7) / 8)];
        packed.Clear();
        for (var i = 0; i < values.Length; i++)
        {
            packed[i / 8] |= (byte)(values[i] << (i % 8));
        }

        _body.Commit(packed.Length);
    }

    private void WritePage(PageType type, int valueCount, ParquetEncoding encoding)
    {
        _compressed.Clear();
        compressor.Compress(_body.Span, _compressed);
        var header = new CompactWriter();
        header.BeginStruct();
        header.WriteInt32(1, (int)type);
        header.WriteInt32(2, _body.Length);
        header.WriteInt32(3, _compressed.Length);
        header.BeginStruct((short)(type == PageType.Data ? 5 : 7));
        header.WriteInt32(1, valueCount);
        header.WriteInt32(2, (int)encoding);
        if (type == PageType.Data)
        {
            header.WriteInt32(3, (int)ParquetEncoding.RLE);
            header.WriteInt32(4, (int)ParquetEncoding.RLE);
        }

        header.EndStruct();
        header.EndStruct();
        _output.Append(header.Written.Span);
        _output.Append(_compressed.Span);
        _uncompressedSize += header.Written.Length + _body.Length;
    }
}
