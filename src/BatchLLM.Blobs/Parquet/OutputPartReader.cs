using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Parquet;

/// <summary>Reads back the rows that a <see cref="ParquetRowWriter"/> wrote.</summary>
/// <param name="store">Where parts live.</param>
/// <param name="columns">What they hold.</param>
public sealed class OutputPartReader(IBlobSource store, OutputColumns columns)
{
    private const int RowsPerRange = 4096;

    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ParquetRowReader _rows = new(store);

    /// <summary>All rows of a part, in order. What is nested, or declared to be JSON and is, is given as JSON on one line.</summary>
    /// <exception cref="BatchLLMException">The part is missing, damaged, or not of these columns.</exception>
    public async IAsyncEnumerable<CompletedRow> ReadAsync(
        string uri, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var documents = await _rows.DocumentsAsync(uri, cancellationToken);
        await foreach (var range in _rows.SplitAsync(uri, RowsPerRange, cancellationToken))
        {
            await foreach (var row in _rows.ReadAsync(uri, range, columns: null, cancellationToken))
            {
                yield return Complete(row, documents);
            }
        }
    }

    private CompletedRow Complete(Row row, IReadOnlySet<string> documents)
    {
        if (row.Error is not null)
        {
            throw new BatchLLMException($"{row.Location}: {row.Error.Message} It is no row that a job wrote.");
        }

        var values = row.Columns;
        return new CompletedRow(
            row.Location,
            [.. columns.Carried.Select(name => KeyValuePair.Create(name, CarriedOf(values, name, documents)))],
            TextOf(values, OutputColumns.Completion),
            FinishReasons.Find(TextOf(values, OutputColumns.FinishReason)),
            CountOf(values, OutputColumns.PromptTokens),
            CountOf(values, OutputColumns.CompletionTokens),
            TokenIdsOf(values),
            TextOf(values, OutputColumns.ErrorCode) is { } code
                ? new RowError(code, TextOf(values, OutputColumns.ErrorMessage) ?? "")
                : null);
    }

    private static RowValue CarriedOf(
        IReadOnlyDictionary<string, RowValue> values, string name, IReadOnlySet<string> documents) =>
        values.GetValueOrDefault(name) is { Kind: RowValueKind.Text } text && documents.Contains(name)
            ? JsonOf(text)
            : values.GetValueOrDefault(name);

    /// <summary>A document may be written over several lines, which a line cannot hold; one that is broken stays text.</summary>
    private static RowValue JsonOf(RowValue text)
    {
        try
        {
            using var document = JsonDocument.Parse(text.Text);
            return RowValue.FromJson(text.Text.AsSpan().ContainsAny('\r', '\n')
                ? JsonSerializer.Serialize(document.RootElement, OneLine)
                : text.Text);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static string? TextOf(IReadOnlyDictionary<string, RowValue> values, string name) =>
        values.GetValueOrDefault(name) is { IsNull: false } value ? value.Text : null;

    private static int CountOf(IReadOnlyDictionary<string, RowValue> values, string name) =>
        values.GetValueOrDefault(name) is { IsNull: false } value ? (int)value.Integer : 0;

    private static int[]? TokenIdsOf(IReadOnlyDictionary<string, RowValue> values) =>
        TextOf(values, OutputColumns.TokenIdsName) is { } json ? JsonSerializer.Deserialize<int[]>(json) : null;
}
