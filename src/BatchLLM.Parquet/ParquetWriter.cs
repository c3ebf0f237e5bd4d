using BatchLLM.Parquet.Compression;
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

    /// <summary>Prepares a file of one value a row in each column; nothing is written yet.</summary>
    /// <param name="stream">Receives the file; not disposed.</param>
    /// <param name="columns">Names and types, in file order; at least one. Types are the ready-made ones of
    /// <see cref="ParquetColumnType"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no column, two have one name, or a type is not written
    /// here.</exception>
    /// <exception cref="ParquetException">Zstandard is asked for by name, and the system lacks its library.</exception>
    public ParquetWriter(
        Stream stream, IReadOnlyList<ParquetColumnSchema> columns, ParquetWriterOptions? options = null)
        : this(
            [.. columns.Select(column => ParquetFieldSchema.Value(column.Name, column.Type, column.IsOptional))],
            stream,
            options)
    {
    }

    private ParquetWriter(IReadOnlyList<ParquetFieldSchema> fields, Stream stream, ParquetWriterOptions? options)
    {
        (_stream, _options) = (stream, options ?? new ParquetWriterOptions());
        _options.Validate();
        var leaves = fields.SelectMany(WrittenSchema.Leaves).ToList();
        Check(fields, leaves);
        Columns =
            [.. leaves.Select(leaf => new ParquetColumnWriter(new ColumnChunkBuilder(leaf.Column, leaf.Path, _options)))];
        var columns = new Queue<ParquetColumnWriter>(Columns);
        Fields = [.. fields.Select(field => new ParquetFieldWriter(field, columns))];
        _footer = new FooterBuilder(fields, leaves.Count, _options);
        Compression = PageCompression.Choose(_options.Compression, ZstdCodec.Instance.Lack);
        _encoder = new ChunkEncoder(PageCompression.CodecOf(Compression), PageCompression.CompressorOf(Compression));
    }

    /// <summary>Prepares a file of fields, which may be nested; nothing is written yet.</summary>
    /// <param name="stream">Receives the file; not disposed.</param>
    /// <param name="fields">Names, shapes and types, in file order; at least one. Types are the ready-made ones of
    /// <see cref="ParquetColumnType"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no field, two have one name, or a type is not written here.</exception>
    /// <exception cref="ParquetException">Zstandard is asked for by name, and the system lacks its library.</exception>
    public static ParquetWriter OfFields(
        Stream stream, IReadOnlyList<ParquetFieldSchema> fields, ParquetWriterOptions? options = null) =>
        new(fields, stream, options);

    /// <summary>
    /// What Zstandard needs and this system lacks, and what to do, as the end of a sentence; null if nothing.
    /// </summary>
    public static string? ZstandardLack => ZstdCodec.Instance.Lack;

    /// <summary>How pages are compressed.</summary>
    public ParquetCompression Compression { get; }

    /// <summary>
    /// Takes the values of the current row, one per column. Those that are nested in a field are given theirs through it.
    /// </summary>
    public IReadOnlyList<ParquetColumnWriter> Columns { get; }

    /// <summary>Takes what the current row holds, one per field.</summary>
    public IReadOnlyList<ParquetFieldWriter> Fields { get; }

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

    private static void Check(
        IReadOnlyList<ParquetFieldSchema> fields, List<(ParquetColumnSchema Column, IReadOnlyList<string> Path)> leaves)
    {
        if (fields.Count == 0)
        {
            throw new ArgumentException("A Parquet file has at least one column.", nameof(fields));
        }

        if (fields.GroupBy(field => field.Name).FirstOrDefault(group => group.Count() > 1) is { } repeated)
        {
            throw new ArgumentException($"Two columns are named '{repeated.Key}'; rename one.", nameof(fields));
        }

        if (leaves.FirstOrDefault(leaf => !WrittenSchema.IsWritable(leaf.Column.Type)).Column is { } unknown)
        {
            throw new ArgumentException($"Column '{unknown.Name}' has a type that is not written.", nameof(fields));
        }
    }

    private async ValueTask WriteRowGroupAsync(CancellationToken cancellationToken)
    {
        await WriteMarkAsync(cancellationToken);
        var chunks = new List<WrittenChunk>(Columns.Count);
        foreach (var column in Columns)
        {
            column.Builder.Close();
            chunks.Add(_encoder.Encode(column.Builder, _position));
            await WriteAsync(_encoder.Output, cancellationToken);
        }

        for (var i = 0; i < chunks.Count; i++)
        {
            chunks[i] = await WriteIndexesAsync(chunks[i], cancellationToken);
        }

        _footer.Add(chunks, _rowsInGroup);
        foreach (var column in Columns)
        {
            column.Builder.Clear();
        }

        _rowsInGroup = 0;
    }

    /// <summary>
    /// Indexes stand behind their row group. All together before the footer, as other writers have them, was rejected: they
    /// would be held in memory until the file's end.
    /// </summary>
    private async ValueTask<WrittenChunk> WriteIndexesAsync(WrittenChunk chunk, CancellationToken cancellationToken)
    {
        var bounds = PageIndex.Bounds(chunk.Builder.Summaries, chunk.Builder.Column.Type);
        var boundsPlace = new IndexPlace(_position, bounds.Length);
        await WriteAsync(bounds, cancellationToken);
        var offsets = PageIndex.Offsets(chunk.Pages);
        var offsetsPlace = new IndexPlace(_position, offsets.Length);
        await WriteAsync(offsets, cancellationToken);
        return chunk with { OffsetIndex = offsetsPlace, ColumnIndex = bounds.IsEmpty ? null : boundsPlace };
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(bytes, cancellationToken);
        _position += bytes.Length;
    }

    /// <summary>The mark opens the file; a file without rows needs it as well.</summary>
    private async ValueTask WriteMarkAsync(CancellationToken cancellationToken)
    {
        if (_position == 0)
        {
            await WriteAsync("PAR1"u8.ToArray(), cancellationToken);
        }
    }
}
