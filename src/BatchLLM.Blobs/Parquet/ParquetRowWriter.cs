using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Parquet;

/// <summary>
/// Writes Parquet: the carried columns in order, then <c>completion</c>, <c>finish_reason</c> (<c>stop</c> or
/// <c>length</c>), <c>prompt_tokens</c>, <c>completion_tokens</c>, <c>token_ids</c> if asked for (a list of INT32),
/// <c>error_code</c> and <c>error_message</c>. The file's own metadata says where the rows come from
/// (<see cref="OutputColumns.Origin"/>).
/// </summary>
/// <remarks>
/// A carried column has the type that <see cref="OutputColumns.Kinds"/> says, and rows are written as they come; without
/// one, the type that its values in this file share (<see cref="CarriedType"/>), for which rows are held until the end:
/// such a writer is for one shard. Inputs without a schema can so give parts of different types, where one shard's values
/// are all null or of another kind.
/// </remarks>
public sealed class ParquetRowWriter : IRowWriter
{
    private readonly Stream _stream;
    private readonly OutputColumns _columns;
    private readonly List<CompletedRow> _held = [];
    private List<RowValueKind> _kinds = [];
    private ParquetWriter? _writer;

    /// <summary>Writes to a stream that stays the caller's.</summary>
    public ParquetRowWriter(Stream stream, OutputColumns columns)
    {
        (_stream, _columns) = (stream, columns);
        if (columns.Carried.All(columns.Kinds.ContainsKey))
        {
            _writer = Open();
        }
    }

    /// <summary>
    /// What Zstandard needs and this system lacks, and what to do, as the end of a sentence; null if nothing. Without it
    /// files are compressed with Snappy.
    /// </summary>
    public static string? ZstandardLack => ParquetWriter.ZstandardLack;

    /// <inheritdoc/>
    public ValueTask WriteAsync(CompletedRow row, CancellationToken cancellationToken)
    {
        if (_writer is not null)
        {
            return AppendAsync(_writer, row, cancellationToken);
        }

        _held.Add(row);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        _writer ??= Open();
        foreach (var row in _held)
        {
            await AppendAsync(_writer, row, cancellationToken);
        }

        await _writer.CompleteAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ParquetWriter Open()
    {
        _kinds = CarriedKinds();
        return new ParquetWriter(
            _stream, Schema(_kinds), new ParquetWriterOptions { KeyValueMetadata = _columns.Origin });
    }

    private ValueTask AppendAsync(ParquetWriter writer, CompletedRow row, CancellationToken cancellationToken)
    {
        Append(writer, row);
        return writer.EndRowAsync(cancellationToken);
    }

    private List<RowValueKind> CarriedKinds() => [.. _columns.Carried.Select((name, index) =>
        _columns.Kinds.TryGetValue(name, out var kind)
            ? kind
            : CarriedType.Shared(_held.Select(row => _columns.CarriedValue(row, index))))];

    private List<ParquetColumnSchema> Schema(List<RowValueKind> kinds)
    {
        var schema = _columns.Carried
            .Zip(kinds, (name, kind) => new ParquetColumnSchema(name, CarriedType.Of(kind)))
            .ToList();
        schema.Add(new(OutputColumns.Completion, ParquetColumnType.Text));
        schema.Add(new(OutputColumns.FinishReason, ParquetColumnType.Text));
        schema.Add(new(OutputColumns.PromptTokens, ParquetColumnType.Int32, IsOptional: false));
        schema.Add(new(OutputColumns.CompletionTokens, ParquetColumnType.Int32, IsOptional: false));
        if (_columns.TokenIds)
        {
            schema.Add(new(OutputColumns.TokenIdsName, ParquetColumnType.Int32List));
        }

        schema.Add(new(OutputColumns.ErrorCode, ParquetColumnType.Text));
        schema.Add(new(OutputColumns.ErrorMessage, ParquetColumnType.Text));
        return schema;
    }

    // In the order of the schema.
    private void Append(ParquetWriter writer, CompletedRow row)
    {
        var next = 0;
        for (; next < _kinds.Count; next++)
        {
            CarriedType.Append(writer.Columns[next], _kinds[next], _columns.CarriedValue(row, next));
        }

        AppendText(writer.Columns[next++], row.Completion);
        AppendText(writer.Columns[next++], FinishReasons.Name(row.FinishReason));
        writer.Columns[next++].AppendInt64(row.PromptTokens);
        writer.Columns[next++].AppendInt64(row.CompletionTokens);
        if (_columns.TokenIds)
        {
            AppendList(writer.Columns[next++], row.TokenIds);
        }

        AppendText(writer.Columns[next++], row.Error?.Code);
        AppendText(writer.Columns[next], row.Error?.Message);
    }

    private static void AppendText(ParquetColumnWriter column, string? text)
    {
        if (text is null)
        {
            column.AppendNull();
        }
        else
        {
            column.AppendText(text);
        }
    }

    private static void AppendList(ParquetColumnWriter column, IReadOnlyList<int>? values)
    {
        if (values is null)
        {
            column.AppendNull();
        }
        else
        {
            column.AppendList(values as int[] ?? [.. values]);
        }
    }
}
