using System.Text.Json;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>
/// Writes one JSON object a line: the carried columns in order, then <c>completion</c>, <c>finish_reason</c>
/// (<c>stop</c> or <c>length</c>), <c>prompt_tokens</c>, <c>completion_tokens</c>, <c>token_ids</c> if asked for, and
/// <c>error</c>: null, or an object of <c>code</c> and <c>message</c>.
/// </summary>
/// <remarks>
/// Every line has the same keys; a column that a row lacks is null. JSON has no NaN and no infinity: a carried number
/// that is one becomes null.
/// </remarks>
public sealed class JsonlRowWriter : IRowWriter
{
    private static readonly JsonEncodedText Completion = JsonEncodedText.Encode(OutputColumns.Completion);
    private static readonly JsonEncodedText FinishReason = JsonEncodedText.Encode(OutputColumns.FinishReason);
    private static readonly JsonEncodedText PromptTokens = JsonEncodedText.Encode(OutputColumns.PromptTokens);
    private static readonly JsonEncodedText CompletionTokens = JsonEncodedText.Encode(OutputColumns.CompletionTokens);
    private static readonly JsonEncodedText Error = JsonEncodedText.Encode(OutputColumns.Error);

    private readonly JsonLineBuffer _lines;
    private readonly OutputColumns _columns;
    private readonly JsonEncodedText[] _carried; // names

    /// <summary>Writes to a stream that stays the caller's.</summary>
    public JsonlRowWriter(Stream stream, OutputColumns columns)
    {
        (_lines, _columns) = (new(stream), columns);
        _carried = [.. columns.Carried.Select(name => JsonEncodedText.Encode(name, JsonLineBuffer.Encoder))];
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(CompletedRow row, CancellationToken cancellationToken)
    {
        var json = _lines.Json;
        json.WriteStartObject();
        for (var i = 0; i < _columns.Carried.Count; i++)
        {
            json.WritePropertyName(_carried[i]);
            RowValueJson.Write(json, _columns.CarriedValue(row, i));
        }

        json.WritePropertyName(Completion);
        JsonText.Write(json, row.Completion);
        json.WriteString(FinishReason, FinishReasons.Name(row.FinishReason));
        json.WriteNumber(PromptTokens, row.PromptTokens);
        json.WriteNumber(CompletionTokens, row.CompletionTokens);
        if (_columns.TokenIds)
        {
            WriteTokenIds(json, row.TokenIds);
        }

        WriteError(json, row.Error);
        json.WriteEndObject();
        return _lines.EndLineAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => _lines.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lines.DisposeAsync();

    private static void WriteTokenIds(Utf8JsonWriter json, IReadOnlyList<int>? tokenIds)
    {
        if (tokenIds is null)
        {
            json.WriteNull(OutputColumns.TokenIdsName);
            return;
        }

        json.WriteStartArray(OutputColumns.TokenIdsName);
        for (var i = 0; i < tokenIds.Count; i++)
        {
            json.WriteNumberValue(tokenIds[i]);
        }

        json.WriteEndArray();
    }

    private static void WriteError(Utf8JsonWriter json, RowError? error)
    {
        if (error is null)
        {
            json.WriteNull(Error);
            return;
        }

        json.WriteStartObject(Error);
        json.WriteString("code", error.Code);
        json.WriteString("message", error.Message);
        json.WriteEndObject();
    }
}
