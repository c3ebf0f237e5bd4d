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
/// are all null or of another kind. What kinds do not describe, and all inputs have in one form, is written in that form
/// (<see cref="OutputColumns.Typed"/>): lists, maps, structs, decimals, times. Others of these are JSON, and text.
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
        return ParquetWriter.OfFields(
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

    private List<ParquetFieldSchema> Schema(List<RowValueKind> kinds)
    {
        var schema = _columns.Carried
            .Zip(kinds, (name, kind) => Form(name, kind) ?? ParquetFieldSchema.Value(name, CarriedType.Of(kind)))
            .ToList();
        schema.Add(Text(OutputColumns.Completion));
        schema.Add(Text(OutputColumns.FinishReason));
        schema.Add(ParquetFieldSchema.Value(OutputColumns.PromptTokens, ParquetColumnType.Int32, isOptional: false));
        schema.Add(ParquetFieldSchema.Value(OutputColumns.CompletionTokens, ParquetColumnType.Int32, isOptional: false));
        if (_columns.TokenIds)
        {
            schema.Add(ParquetFieldSchema.Value(OutputColumns.TokenIdsName, ParquetColumnType.Int32List));
        }

        schema.Add(Text(OutputColumns.ErrorCode));
        schema.Add(Text(OutputColumns.ErrorMessage));
        return schema;
    }

    /// <summary>What a partition of the path gives in its place is text.</summary>
    private ParquetFieldSchema? Form(string name, RowValueKind kind) =>
        kind is RowValueKind.Json or RowValueKind.Text ? _columns.Typed.Find(name) : null;

    private static ParquetFieldSchema Text(string name) => ParquetFieldSchema.Value(name, ParquetColumnType.Text);

    // In the order of the schema.
    private void Append(ParquetWriter writer, CompletedRow row)
    {
        var next = 0;
        for (; next < _kinds.Count; next++)
        {
            AppendCarried(writer.Fields[next], _kinds[next], _columns.CarriedValue(row, next));
        }

        AppendText(writer.Fields[next++].Value, row.Completion);
        AppendText(writer.Fields[next++].Value, FinishReasons.Name(row.FinishReason));
        writer.Fields[next++].Value.AppendInt64(row.PromptTokens);
        writer.Fields[next++].Value.AppendInt64(row.CompletionTokens);
        if (_columns.TokenIds)
        {
            AppendList(writer.Fields[next++].Value, row.TokenIds);
        }

        AppendText(writer.Fields[next++].Value, row.Error?.Code);
        AppendText(writer.Fields[next].Value, row.Error?.Message);
    }

    private static void AppendCarried(ParquetFieldWriter field, RowValueKind kind, RowValue value)
    {
        if (field.Schema.Shape == ParquetShape.Value)
        {
            CarriedType.Append(field.Value, kind, value);
        }
        else
        {
            NestedValue.Append(field, value);
        }
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
