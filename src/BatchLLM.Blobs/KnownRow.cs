using System.Text.Json;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Blobs;

/// <summary>A row of an output file, read back: what became of a row of the input.</summary>
internal static class KnownRow
{
    /// <summary>The columns that it takes, of either format.</summary>
    public static IReadOnlySet<string> Columns { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        OutputColumns.Completion, OutputColumns.FinishReason, OutputColumns.PromptTokens, OutputColumns.CompletionTokens,
        OutputColumns.TokenIdsName, OutputColumns.Error, OutputColumns.ErrorCode, OutputColumns.ErrorMessage,
    };

    /// <summary>The end of an input row, as a row of an output file says it.</summary>
    /// <param name="output">The row of the output.</param>
    /// <param name="input">The row of the input, which its place and its carried columns are taken from.</param>
    /// <returns>Null if it is no row that a job wrote.</returns>
    public static CompletedRow? Of(Row output, WindowRow input)
    {
        var error = ErrorOf(output);
        var text = TextOf(output, OutputColumns.Completion);
        var reason = FinishReasons.Find(TextOf(output, OutputColumns.FinishReason));
        return output.Error is not null || (error is null && (text is null || reason is null))
            ? null
            : new CompletedRow(
                input.Location,
                input.Carried,
                text,
                reason,
                CountOf(output, OutputColumns.PromptTokens),
                CountOf(output, OutputColumns.CompletionTokens),
                TokenIdsOf(output),
                error);
    }

    // An object in JSON lines, two columns in Parquet.
    private static RowError? ErrorOf(Row row)
    {
        if (row.Columns.GetValueOrDefault(OutputColumns.Error) is { Kind: RowValueKind.Json } error)
        {
            using var document = JsonDocument.Parse(error.Text);
            return new RowError(MemberOf(document.RootElement, "code"), MemberOf(document.RootElement, "message"));
        }

        return TextOf(row, OutputColumns.ErrorCode) is { } code ? new RowError(code, TextOf(row, OutputColumns.ErrorMessage) ?? "") : null;
    }

    private static string MemberOf(JsonElement error, string name) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty(name, out var value) ? value.ToString() : "";

    private static string? TextOf(Row row, string name) =>
        row.Columns.GetValueOrDefault(name) is { Kind: RowValueKind.Text } value ? value.Text : null;

    private static int CountOf(Row row, string name) =>
        row.Columns.GetValueOrDefault(name) is { Kind: RowValueKind.Integer } value ? (int)value.Integer : 0;

    private static int[]? TokenIdsOf(Row row) => row.Columns.GetValueOrDefault(OutputColumns.TokenIdsName) is { Kind: RowValueKind.Json } ids
        ? JsonSerializer.Deserialize<int[]>(ids.Text)
        : null;
}
