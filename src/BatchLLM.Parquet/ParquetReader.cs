using System.Runtime.CompilerServices;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet;

/// <summary>
/// Reads a Parquet file in batches of rows. Memory is bounded by a page and a dictionary per column asked for, whatever the
/// size of the row groups, and by 90 MiB of pages that other threads decompress ahead; for what is nested, by the rows of
/// a batch besides, which are fewer where they are large. Of a page of texts or numbers larger than 4 MiB no more than a few MiB are
/// held, of what is stored and of the rest, unless its values do not stand one after another.
/// </summary>
/// <remarks>Source: the Parquet format specification, github.com/apache/parquet-format.</remarks>
public sealed class ParquetReader
{
    /// <summary>Rows of a batch at most; a batch also ends where the page of one of its columns ends.</summary>
    public const int MaxBatchRows = 1024;

    private readonly IParquetSource _source;
    private readonly FileMetadata _metadata;
    private readonly long _footerStart;

    private ParquetReader(IParquetSource source, string name, Footer footer)
    {
        (_source, Name, _metadata, _footerStart) = (source, name, footer.Metadata, footer.Start);
        Schema = new FieldBuilder(name).Build(new SchemaTree(name, _metadata.Schema).Read());
        RowGroups = LocateRowGroups();
        RowCount = RowGroups.Count == 0 ? 0 : RowGroups[^1].FirstRow + RowGroups[^1].RowCount;
    }

    /// <summary>The file's name, as every message shows it.</summary>
    public string Name { get; }

    /// <summary>Rows of the file.</summary>
    public long RowCount { get; }

    /// <summary>The columns.</summary>
    public ParquetSchema Schema { get; }

    /// <summary>The row groups, in file order.</summary>
    public IReadOnlyList<ParquetRowGroup> RowGroups { get; }

    /// <summary>The file's own key/value metadata, in file order; keys may repeat.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> KeyValueMetadata => _metadata.KeyValues;

    /// <summary>The program that wrote the file, if it says so.</summary>
    public string? CreatedBy => _metadata.CreatedBy;

    /// <summary>Opens a file: reads the footer and nothing else.</summary>
    /// <param name="source">The file's bytes; must stay open as long as the reader is used, and is not disposed by
    /// it.</param>
    /// <param name="name">The file's name for messages.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ParquetException">The file is not Parquet, or its footer is damaged or encrypted.</exception>
    public static async Task<ParquetReader> OpenAsync(
        IParquetSource source, string name, CancellationToken cancellationToken)
    {
        var footer = await Footer.ReadAsync(source, name, cancellationToken);
        return new ParquetReader(source, name, footer);
    }

    /// <summary>Opens a seekable stream, which must stay open as long as the reader is used.</summary>
    /// <inheritdoc cref="OpenAsync(IParquetSource, string, CancellationToken)"/>
    public static Task<ParquetReader> OpenAsync(Stream stream, string name, CancellationToken cancellationToken) =>
        OpenAsync(new ParquetStreamSource(stream), name, cancellationToken);

    /// <summary>
    /// Reads a range of rows. Row groups outside it are passed over by the footer; pages outside it by the offset index, or
    /// else those before it by their headers.
    /// </summary>
    /// <param name="columns">
    /// Names of fields, or paths of members of structs (<c>user.name</c>), in the order wanted; none at all gives row
    /// numbers alone.
    /// </param>
    /// <param name="firstRow">0-based number of the first row.</param>
    /// <param name="rowCount">Rows wanted; reading ends at the file's end at the latest.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Batches of at most <see cref="MaxBatchRows"/> rows, each valid until the next is asked for.</returns>
    /// <exception cref="ParquetException">
    /// A column is missing, damaged, or of a kind that is not read here. A page of texts or numbers with more than 4 MiB stored may turn out
    /// damaged after some of its rows were given out, but not after the last row of it that is wanted.
    /// </exception>
    public async IAsyncEnumerable<ParquetBatch> ReadAsync(
        IReadOnlyList<string> columns,
        long firstRow = 0,
        long rowCount = long.MaxValue,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        var batch = new ParquetBatch(
            [.. columns.Select(name => ParquetColumn.OfField(Name, name, Schema.Find(name), MaxBatchRows))]);
        var endRow = firstRow + Math.Min(rowCount, Math.Max(0, RowCount - firstRow));
        var parts = Parts(firstRow, endRow);
        using var pages = PageBuffers.Take();
        using var source = new SourceInTurns(_source);
        var work = new PageWork();
        await using var groups = new RowGroupsAhead(
            parts, pages, part => OpenAsync(part, batch.Columns, source, pages, work, cancellationToken));
        foreach (var part in parts)
        {
            var reader = await groups.NextAsync();
            for (var (row, end) = part.RowsOf(RowGroups); row < end; row += batch.RowCount)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await groups.LoadAheadAsync(cancellationToken);
                Publish(batch, row, await reader.ReadAsync(end - row, cancellationToken));
                await (row + batch.RowCount == end ? reader.VerifyAsync() : ValueTask.CompletedTask);
                yield return batch;
            }
        }
    }

    /// <summary>The row groups that hold a range of rows.</summary>
    private List<RowGroupPart> Parts(long firstRow, long endRow)
    {
        var parts = new List<RowGroupPart>();
        foreach (var (index, group) in RowGroups.Index())
        {
            var first = Math.Max(firstRow - group.FirstRow, 0);
            var end = Math.Min(endRow - group.FirstRow, group.RowCount);
            if (first < end)
            {
                parts.Add(new RowGroupPart(index, first, end));
            }
        }

        return parts;
    }

    private static void Publish(ParquetBatch batch, long firstRow, int rows)
    {
        (batch.FirstRow, batch.RowCount) = (firstRow, rows);
        foreach (var column in batch.Columns)
        {
            column.RowCount = rows;
        }
    }

    /// <summary>Opens a row group at the first row that is wanted of it, with its first pages on their way.</summary>
    private async ValueTask<RowGroupReader> OpenAsync(
        RowGroupPart part,
        IReadOnlyList<ParquetColumn> asked,
        SourceInTurns source,
        PageBuffers pages,
        PageWork work,
        CancellationToken cancellationToken)
    {
        var rows = RowGroups[part.Index].RowCount;
        var leaves = asked.SelectMany(column => column.Leaves).ToList();
        var chunks = leaves.ConvertAll(leaf => Locate(part.Index, leaf.Schema));
        var isWhole = part.FirstRow == 0 && part.EndRow == rows;
        var spans = isWhole
            ? chunks.ConvertAll(_ => (PageSpan?)null)
            : await PageIndexes.FindAsync(source, chunks, rows, part, cancellationToken);
        var plans = leaves.Select((leaf, i) => new LeafPlan(leaf.Values, chunks[i], rows, isWhole, spans[i])).ToList();
        var reader = Readers(asked, plans, new CoalescedSource(source, plans.SelectMany(plan => plan.Wanted)), pages, work);
        try
        {
            await reader.SkipAsync(part.FirstRow, cancellationToken);
            await reader.LoadAheadAsync(cancellationToken);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    private static RowGroupReader Readers(
        IReadOnlyList<ParquetColumn> asked, List<LeafPlan> plans, CoalescedSource source, PageBuffers pages, PageWork work)
    {
        var flat = new List<ColumnChunkReader>();
        var nested = new List<NestedFieldReader>();
        var next = 0;
        foreach (var column in asked)
        {
            var own = plans.GetRange(next, column.Field.Leaves.Count);
            next += own.Count;
            if (column.Field.IsFlat)
            {
                flat.Add(new ColumnChunkReader(source, own[0].Chunk, pages, work, column.Values, own[0].IsWhole, own[0].Span));
            }
            else
            {
                var leaves = own.ConvertAll(plan => new LeafReader(source, pages, work, plan, MaxBatchRows));
                nested.Add(new NestedFieldReader(column, leaves, new RecordAssembly()));
            }
        }

        return new RowGroupReader(flat, nested, MaxBatchRows);
    }

    private ChunkLocation Locate(int rowGroup, ParquetColumnSchema column)
    {
        var group = _metadata.RowGroups[rowGroup];
        var place = new PagePlace(Name, column.Name, rowGroup);
        return ChunkLocation.Of(group.Columns[column.LeafIndex], column, place, _footerStart, group.RowCount);
    }

    /// <summary>Rows are counted here: some writers leave the file's own count at zero.</summary>
    private List<ParquetRowGroup> LocateRowGroups()
    {
        var groups = new List<ParquetRowGroup>(_metadata.RowGroups.Count);
        long firstRow = 0;
        foreach (var group in _metadata.RowGroups)
        {
            if (group.Columns.Count != Schema.Columns.Count)
            {
                throw Damaged(
                    $"row group {groups.Count} has {group.Columns.Count} columns; expected {Schema.Columns.Count}");
            }

            if (group.RowCount < 0 || group.RowCount > long.MaxValue - firstRow)
            {
                throw Damaged($"row group {groups.Count} claims {group.RowCount} rows after {firstRow} others");
            }

            groups.Add(new ParquetRowGroup(firstRow, group.RowCount));
            firstRow += group.RowCount;
        }

        return groups;
    }

    private ParquetException Damaged(FormattableString found) =>
        new($"{Name}: {FormattableString.Invariant(found)}. The file is damaged; write or copy it again.");
}
