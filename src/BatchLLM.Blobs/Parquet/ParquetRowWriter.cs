using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Parquet;

/// <summary>
/// Writes Parquet: the carried columns in order, then <c>completion</c>, <c>finish_reason</c> (<c>stop</c> or
/// <c>length</c>), <c>prompt_tokens</c>, <c>completion_tokens</c>, <c>token_ids</c> if asked for (a list of INT32),
/// <c>error_code</c> and <c>error_message</c>. Rows are held until the end, so a writer is for one shard.
/// </summary>
/// <remarks>
/// A carried column has the type that <see cref="OutputColumns.Kinds"/> says; without one, the type that its values in
/// this file share (<see cref="CarriedType"/>). Inputs without a schema can so give parts of different types, where one
/// shard's values are all null or of another kind.
/// </remarks>
public sealed class ParquetRowWriter : IRowWriter
{
    private readonly Stream _stream;
    private readonly OutputColumns _columns;
    private readonly List<CompletedRow> _rows = [];

    /// <summary>Writes to a stream that stays the caller's.</summary>
    public ParquetRowWriter(Stream stream, OutputColumns columns) => (_stream, _columns) = (stream, columns);

    /// <inheritdoc/>
    public ValueTask WriteAsync(CompletedRow row, CancellationToken cancellationToken)
    {
        _rows.Add(row);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        var kinds = CarriedKinds();
        var writer = new ParquetWriter(_stream, Schema(kinds));
        foreach (var row in _rows)
        {
            Append(writer, kinds, row);
            await writer.EndRowAsync(cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private List<RowValueKind> CarriedKinds() => [.. _columns.Carried.Select((name, index) =>
        _columns.Kinds.TryGetValue(name, out var kind)
            ? kind
            : CarriedType.Shared(_rows.Select(row => _columns.CarriedValue(row, index))))];

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
    private void Append(ParquetWriter writer, List<RowValueKind> kinds, CompletedRow row)
    {
        var next = 0;
        for (; next < kinds.Count; next++)
        {
            CarriedType.Append(writer.Columns[next], kinds[next], _columns.CarriedValue(row, next));
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
