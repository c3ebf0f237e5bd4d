using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// Chooses how a chunk's values are laid out, from nothing but the values: the encodings that its type can have are tried
/// in the order of what they cost readers, and one must save a sixteenth of the best before it.
/// </summary>
/// <remarks>
/// Sizes are compared before compression: to compress every chunk in every encoding was rejected for its time. Only the
/// split of floating-point numbers, which saves nothing by itself, is tried with the compressor, on the first page.
/// </remarks>
internal sealed class EncodingChoice(IPageCompressor compressor)
{
    private const int LeastGain = 16;

    private readonly PlainEncoder _plain = new();
    private readonly DictionaryIndexEncoder _dictionary = new();
    private readonly DeltaNumberEncoder _deltaNumber = new();
    private readonly DeltaLengthEncoder _deltaLength = new();
    private readonly DeltaByteArrayEncoder _deltaByteArray = new();
    private readonly ByteStreamSplitEncoder _split = new();
    private readonly ByteBuffer _trial = new();
    private readonly ByteBuffer _compressed = new();

    /// <summary>Chooses for a chunk whose pages are closed.</summary>
    public IPageValueEncoder Choose(ColumnChunkBuilder chunk)
    {
        IPageValueEncoder best = _plain;
        var fewest = Measure(chunk, _plain);
        foreach (var candidate in Candidates(chunk))
        {
            var size = Measure(chunk, candidate) + (candidate == _dictionary ? DictionaryBytes(chunk) : 0);
            if (Pays(size, fewest))
            {
                (best, fewest) = (candidate, size);
            }
        }

        return best == _plain && SplitPays(chunk) ? _split : best;
    }

    private IEnumerable<IPageValueEncoder> Candidates(ColumnChunkBuilder chunk)
    {
        if (chunk.Dictionary.IsAlive && chunk.Dictionary.Count > 0)
        {
            yield return _dictionary;
        }

        var type = chunk.Column.Type;
        if (type.Physical == ParquetPhysicalType.ByteArray && type.Kind != ParquetValueKind.Decimal)
        {
            // DuckDB 1.5 reads them for text and binary only.
            yield return _deltaLength;
            yield return _deltaByteArray;
        }
        else if (type.Physical is ParquetPhysicalType.Int32 or ParquetPhysicalType.Int64
            && chunk.Statistics.HasNarrowRange)
        {
            yield return _deltaNumber;
        }
    }

    private static long DictionaryBytes(ColumnChunkBuilder chunk)
    {
        var lengths = chunk.Column.Type.Physical == ParquetPhysicalType.ByteArray ? 4L * chunk.Dictionary.Count : 0;
        return chunk.Dictionary.ByteCount + lengths;
    }

    private long Measure(ColumnChunkBuilder chunk, IPageValueEncoder encoder)
    {
        var (size, start) = (0L, default(PageMark));
        foreach (var end in chunk.Pages)
        {
            _trial.Clear();
            encoder.Append(chunk, start, end, _trial);
            size += _trial.Length;
            start = end;
        }

        return size;
    }

    private bool SplitPays(ColumnChunkBuilder chunk) =>
        chunk.Column.Type.Kind == ParquetValueKind.Real
        && Pays(Compressed(chunk, _split), Compressed(chunk, _plain));

    private int Compressed(ColumnChunkBuilder chunk, IPageValueEncoder encoder)
    {
        _trial.Clear();
        _compressed.Clear();
        encoder.Append(chunk, default, chunk.Pages[0], _trial);
        compressor.Compress(_trial.Span, _compressed);
        return _compressed.Length;
    }

    private static bool Pays(long size, long fewest) => size < fewest - (fewest / LeastGain);
}
