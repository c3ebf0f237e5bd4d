using System.Text.Json;
using BatchLLM.Dashboard;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Counts failed rows by their error, from the lines of <c>errors.jsonl</c>. Pure.</summary>
internal sealed class ErrorTally
{
    private const int MostExamples = 8;

    private readonly Dictionary<string, (long Count, List<FailedRow> Rows)> _classes = new(StringComparer.Ordinal);

    /// <summary>Lines counted.</summary>
    public long Seen { get; private set; }

    /// <summary>Counts the whole lines of a piece of a file; one that is cut off is left out.</summary>
    /// <exception cref="JsonException">A line is not what jobs write.</exception>
    public void Add(ReadOnlySpan<byte> lines)
    {
        for (int end; (end = lines.IndexOf((byte)'\n')) >= 0; lines = lines[(end + 1)..])
        {
            AddLine(lines[..end]);
        }
    }

    /// <summary>What was counted, the most frequent first.</summary>
    public ErrorSample ToSample() => new(
        [.. _classes.OrderByDescending(item => item.Value.Count).Select(item => new ErrorClass(item.Key, item.Value.Count, item.Value.Rows))],
        Seen,
        Trouble: null);

    private void AddLine(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        var row = JsonElement.ParseValue(ref reader);
        if (row is not { ValueKind: JsonValueKind.Object }
            || !row.TryGetProperty("code", out var code) || code.ValueKind != JsonValueKind.String
            || !row.TryGetProperty("file", out var file) || file.ValueKind != JsonValueKind.String
            || !row.TryGetProperty("row", out var number) || !number.TryGetInt64(out var place))
        {
            throw new JsonException("A line has no code, file and row.");
        }

        Count(code.GetString()!, new FailedRow(file.GetString()!.TrimEnd('/').Split('/')[^1], place));
    }

    private void Count(string code, FailedRow row)
    {
        Seen++;
        var (count, rows) = _classes.TryGetValue(code, out var known) ? known : (0, []);
        if (rows.Count < MostExamples)
        {
            rows.Add(row);
        }

        _classes[code] = (count + 1, rows);
    }
}
