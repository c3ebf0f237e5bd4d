using System.Runtime.CompilerServices;
using System.Text.Json;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Parquet;

/// <summary>Reads back the rows that a <see cref="ParquetRowWriter"/> wrote.</summary>
/// <param name="store">Where parts live.</param>
/// <param name="columns">What they hold.</param>
public sealed class OutputPartReader(IBlobStore store, OutputColumns columns)
{
    private const int RowsPerRange = 4096;

    private readonly ParquetRowReader _rows = new(store);

    /// <summary>All rows of a part, in order. A carried column whose values were JSON gives their text.</summary>
    /// <exception cref="BatchLLMException">The part is missing, damaged, or not of these columns.</exception>
    public async IAsyncEnumerable<CompletedRow> ReadAsync(
        string uri, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var range in _rows.SplitAsync(uri, RowsPerRange, cancellationToken))
        {
            await foreach (var row in _rows.ReadAsync(uri, range, columns: null, cancellationToken))
            {
                yield return Complete(row);
            }
        }
    }

    private CompletedRow Complete(Row row)
    {
        if (row.Error is not null)
        {
            throw new BatchLLMException($"{row.Location}: {row.Error.Message} It is no row that a job wrote.");
        }

        var values = row.Columns;
        return new CompletedRow(
            row.Location,
            [.. columns.Carried.Select(name => KeyValuePair.Create(name, values.GetValueOrDefault(name)))],
            TextOf(values, OutputColumns.Completion),
            FinishReasons.Find(TextOf(values, OutputColumns.FinishReason)),
            CountOf(values, OutputColumns.PromptTokens),
            CountOf(values, OutputColumns.CompletionTokens),
            TokenIdsOf(values),
            TextOf(values, OutputColumns.ErrorCode) is { } code
                ? new RowError(code, TextOf(values, OutputColumns.ErrorMessage) ?? "")
                : null);
    }

    private static string? TextOf(IReadOnlyDictionary<string, RowValue> values, string name) =>
        values.GetValueOrDefault(name) is { IsNull: false } value ? value.Text : null;

    private static int CountOf(IReadOnlyDictionary<string, RowValue> values, string name) =>
        values.GetValueOrDefault(name) is { IsNull: false } value ? (int)value.Integer : 0;

    private static int[]? TokenIdsOf(IReadOnlyDictionary<string, RowValue> values) =>
        TextOf(values, OutputColumns.TokenIdsName) is { } json ? JsonSerializer.Deserialize<int[]>(json) : null;
}
