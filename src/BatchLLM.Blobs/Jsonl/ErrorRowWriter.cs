using BatchLLM.Rows;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>
/// Writes failed rows for people and for a second run, one JSON object a line: <c>id</c> (null if rows have none),
/// <c>file</c>, <c>row</c>, <c>line</c> (null where the format has none), <c>code</c>, <c>message</c>.
/// </summary>
public sealed class ErrorRowWriter : IRowWriter
{
    private readonly JsonLineBuffer _lines;
    private readonly string? _idColumn;

    /// <summary>Writes to a stream that stays the caller's.</summary>
    /// <param name="stream">Where lines go.</param>
    /// <param name="idColumn">The carried column that names a row; null if rows have no id.</param>
    public ErrorRowWriter(Stream stream, string? idColumn) => (_lines, _idColumn) = (new(stream), idColumn);

    /// <summary>Appends a failed row.</summary>
    /// <exception cref="ArgumentException">The row did not fail.</exception>
    public ValueTask WriteAsync(CompletedRow row, CancellationToken cancellationToken)
    {
        var error = row.Error ?? throw new ArgumentException("The row did not fail.", nameof(row));
        var json = _lines.Json;
        json.WriteStartObject();
        json.WritePropertyName("id");
        RowValueJson.Write(json, Id(row));
        json.WriteString("file", row.Location.File);
        json.WriteNumber("row", row.Location.RowNumber);
        json.WritePropertyName("line");
        RowValueJson.Write(json, row.Location.LineNumber is { } line ? RowValue.FromInteger(line) : RowValue.Null);
        json.WriteString("code", error.Code);
        json.WriteString("message", error.Message);
        json.WriteEndObject();
        return _lines.EndLineAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => _lines.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lines.DisposeAsync();

    // FirstOrDefault gives the absent value where nothing is carried under the name.
    private RowValue Id(CompletedRow row) =>
        row.Carried.FirstOrDefault(column => column.Key == _idColumn).Value;
}
