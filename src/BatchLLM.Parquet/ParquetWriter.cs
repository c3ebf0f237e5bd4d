using BatchLLM.Parquet.Compression;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Writing;

namespace BatchLLM.Parquet;

/// <summary>
/// Writes a Parquet file to a stream that need not seek, row by row: every column is given its value, then the row is
/// ended. The same rows and options give the same bytes. Memory is bounded by one row group.
/// </summary>
/// <remarks>Source: the Parquet format specification, github.com/apache/parquet-format.</remarks>
public sealed class ParquetWriter
{
    private readonly Stream _stream;
    private readonly ParquetWriterOptions _options;
    private readonly FooterBuilder _footer;
    private readonly ChunkEncoder _encoder;
    private long _position;
    private int _rowsInGroup;

    /// <summary>Prepares a file; nothing is written yet.</summary>
    /// <param name="stream">Receives the file; not disposed.</param>
    /// <param name="columns">Names and types, in file order; at least one. Types are the ready-made ones of
    /// <see cref="ParquetColumnType"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no column, two have one name, or a type is not written
    /// here.</exception>
    public ParquetWriter(
        Stream stream, IReadOnlyList<ParquetColumnSchema> columns, ParquetWriterOptions? options = null)
    {
        Check(columns);
        (_stream, _options) = (stream, options ?? new ParquetWriterOptions());
        _options.Validate();
        Columns = [.. columns.Select(column => new ParquetColumnWriter(new ColumnChunkBuilder(column, _options)))];
        _footer = new FooterBuilder(columns, _options);
        _encoder = _options.Compression switch
        {
            ParquetCompression.Snappy => new ChunkEncoder(CompressionCodec.SNAPPY, SnappyCodec.Instance),
            ParquetCompression.Gzip => new ChunkEncoder(CompressionCodec.GZIP, GzipCodec.Instance),
            _ => new ChunkEncoder(CompressionCodec.UNCOMPRESSED, UncompressedCodec.Instance),
        };
    }

    /// <summary>Takes the values of the current row, one per column.</summary>
    public IReadOnlyList<ParquetColumnWriter> Columns { get; }

    /// <summary>Ends the current row, for which every column must have been given a value or null.</summary>
    /// <exception cref="InvalidOperationException">A column has no value, or more than one.</exception>
    public ValueTask EndRowAsync(CancellationToken cancellationToken)
    {
        _rowsInGroup++;
        long buffered = 0;
        foreach (var column in Columns)
        {
            column.CheckRows(_rowsInGroup);
            buffered += column.Builder.BufferedBytes;
        }

        return buffered >= _options.RowGroupBytes || _rowsInGroup >= _options.RowGroupRows
            ? WriteRowGroupAsync(cancellationToken)
            : ValueTask.CompletedTask;
    }

    /// <summary>Writes what is left and the footer. The stream then holds a whole file; nothing may be added.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var column in Columns)
        {
            column.CheckRows(_rowsInGroup);
        }

        if (_rowsInGroup > 0)
        {
            await WriteRowGroupAsync(cancellationToken);
        }

        await WriteMarkAsync(cancellationToken);
        await _stream.WriteAsync(_footer.Build(), cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    private static void Check(IReadOnlyList<ParquetColumnSchema> columns)
    {
        if (columns.Count == 0)
        {
            throw new ArgumentException("A Parquet file has at least one column.", nameof(columns));
        }

        if (columns.GroupBy(column => column.Name).FirstOrDefault(group => group.Count() > 1) is { } repeated)
        {
            throw new ArgumentException($"Two columns are named '{repeated.Key}'; rename one.", nameof(columns));
        }

        if (columns.FirstOrDefault(column => !WrittenSchema.IsWritable(column.Type)) is { } unknown)
        {
            throw new ArgumentException($"Column '{unknown.Name}' has a type that is not written.", nameof(columns));
        }
    }

    private async ValueTask WriteRowGroupAsync(CancellationToken cancellationToken)
    {
        await WriteMarkAsync(cancellationToken);
        var chunks = new List<WrittenChunk>(Columns.Count);
        foreach (var column in Columns)
        {
            chunks.Add(_encoder.Encode(column.Builder, _position));
            await _stream.WriteAsync(_encoder.Output, cancellationToken);
            _position += _encoder.Output.Length;
        }

        _footer.Add(chunks, _rowsInGroup);
        foreach (var column in Columns)
        {
            column.Builder.Clear();
        }

        _rowsInGroup = 0;
    }

    /// <summary>The mark opens the file; a file without rows needs it as well.</summary>
    private async ValueTask WriteMarkAsync(CancellationToken cancellationToken)
    {
        if (_position == 0)
        {
            await _stream.WriteAsync("PAR1"u8.ToArray(), cancellationToken);
            _position = 4;
        }
    }
}
