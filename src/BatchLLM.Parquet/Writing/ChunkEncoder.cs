using System.IO.Hashing;
using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Encodings;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Thrift;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// Turns a collected chunk into pages: a dictionary first if it pays, then data pages of version 1, which every reader
/// knows, each with the CRC-32 of its bytes as they are stored.
/// </summary>
internal sealed class ChunkEncoder(CompressionCodec codec, IPageCompressor compressor)
{
    private readonly EncodingChoice _choice = new(compressor);
    private readonly ByteBuffer _output = new();
    private readonly ByteBuffer _body = new();
    private readonly ByteBuffer _compressed = new();
    private int[] _levels = [];
    private long _uncompressedSize;

    /// <summary>The encoded chunk, until the next one.</summary>
    public ReadOnlyMemory<byte> Output => _output.Memory;

    /// <summary>Encodes a chunk whose pages are closed.</summary>
    /// <param name="chunk">The collected values.</param>
    /// <param name="offset">Where the chunk will begin, in bytes from the start of the file.</param>
    public WrittenChunk Encode(ColumnChunkBuilder chunk, long offset)
    {
        _output.Clear();
        _uncompressedSize = 0;
        var encoder = _choice.Choose(chunk);
        var hasDictionary = encoder.Encoding == ParquetEncoding.RLE_DICTIONARY;
        if (hasDictionary)
        {
            WriteDictionary(chunk);
        }

        var pages = WriteDataPages(chunk, encoder, offset);
        return new WrittenChunk(chunk, codec, encoder.Encoding, hasDictionary ? offset : null, pages)
        {
            UncompressedSize = _uncompressedSize,
            CompressedSize = _output.Length,
        };
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

    private List<WrittenPage> WriteDataPages(ColumnChunkBuilder chunk, IPageValueEncoder encoder, long offset)
    {
        var pages = new List<WrittenPage>(chunk.Pages.Count);
        var start = default(PageMark);
        foreach (var end in chunk.Pages)
        {
            _body.Clear();
            if (chunk.Column.MaxRepetition > 0)
            {
                AppendLevels(chunk.Repetitions.Span[start.Levels..end.Levels], chunk.Column.MaxRepetition);
            }

            if (chunk.Column.MaxDefinition > 0)
            {
                AppendLevels(chunk.Definitions.Span[start.Levels..end.Levels], chunk.Column.MaxDefinition);
            }

            encoder.Append(chunk, start, end, _body);
            var pageStart = _output.Length;
            WritePage(PageType.Data, end.Levels - start.Levels, encoder.Encoding);
            pages.Add(new WrittenPage(offset + pageStart, _output.Length - pageStart, start.Rows));
            start = end;
        }

        return pages;
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

    private void WritePage(PageType type, int valueCount, ParquetEncoding encoding)
    {
        _compressed.Clear();
        compressor.Compress(_body.Span, _compressed);
        var header = new CompactWriter();
        header.BeginStruct();
        header.WriteInt32(1, (int)type);
        header.WriteInt32(2, _body.Length);
        header.WriteInt32(3, _compressed.Length);
        header.WriteInt32(4, (int)Crc32.HashToUInt32(_compressed.Span));
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
