using System.Text.Json;
using BatchLLM.Preflight;
using BatchLLM.Prompts;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>
/// Writes what a preflight found, one JSON object a line: <c>finding</c> (<c>failed</c>, <c>overlong</c> or
/// <c>duplicate</c>), <c>file</c>, <c>row</c>, <c>line</c> (null where the format has none); with a failed row <c>code</c>
/// and <c>message</c>; with an over-long one <c>tokens</c>, <c>limit</c> and <c>cut_to</c> (null if it fails); with a
/// duplicate <c>first</c>, the place of the first row like it.
/// </summary>
public sealed class FindingWriter : IFindingWriter, IAsyncDisposable
{
    private readonly JsonLineBuffer _lines;

    /// <summary>Writes to a stream that stays the caller's.</summary>
    public FindingWriter(Stream stream) => _lines = new(stream);

    /// <inheritdoc/>
    public ValueTask WriteAsync(Finding finding, CancellationToken cancellationToken)
    {
        var json = _lines.Json;
        json.WriteStartObject();
        json.WriteString("finding", KindOf(finding));
        WritePlace(json, finding.Row);
        WriteError(json, finding.Error);
        WriteOverlong(json, finding.Overlong);
        if (finding.First is { } first)
        {
            json.WriteStartObject("first");
            WritePlace(json, first);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        return _lines.EndLineAsync(cancellationToken);
    }

    /// <summary>Passes on what is left.</summary>
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => _lines.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lines.DisposeAsync();

    private static string KindOf(Finding finding) =>
        finding.Overlong is not null ? "overlong" : finding.Error is not null ? "failed" : "duplicate";

    private static void WritePlace(Utf8JsonWriter json, RowLocation place)
    {
        json.WriteString("file", place.File);
        json.WriteNumber("row", place.RowNumber);
        WriteNumber(json, "line", place.LineNumber);
    }

    private static void WriteError(Utf8JsonWriter json, RowError? error)
    {
        if (error is not null)
        {
            json.WriteString("code", error.Code);
            json.WriteString("message", error.Message);
        }
    }

    private static void WriteOverlong(Utf8JsonWriter json, OverlongPrompt? overlong)
    {
        if (overlong is not null)
        {
            json.WriteNumber("tokens", overlong.Tokens);
            json.WriteNumber("limit", overlong.Limit);
            WriteNumber(json, "cut_to", overlong.CutTo);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        json.WritePropertyName(name);
        RowValueJson.Write(json, value is { } number ? RowValue.FromInteger(number) : RowValue.Null);
    }
}
