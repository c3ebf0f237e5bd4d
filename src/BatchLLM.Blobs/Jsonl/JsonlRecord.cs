using System.Text;
using System.Text.Json;
using BatchLLM.Blobs.Lines;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>
/// Turns one line into a row. A fault of the line becomes the row's error, with its place but never its text.
/// </summary>
/// <remarks>
/// A name that stands twice has its last value, as in JavaScript, Python and jq; refusing it would need every name of
/// every row to be remembered. An escaped half of a surrogate pair (<c>\ud800</c>) is no text, so it fails the row
/// where a wanted name or text value holds it. Inside objects and arrays, which stay raw JSON, and in columns that are
/// not read, it is left alone.
/// </remarks>
internal static class JsonlRecord
{
    /// <summary>The deepest nesting that is read.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads a line that is not blank.</summary>
    public static Row Read(ReadOnlySpan<byte> line, RowLocation location, ColumnNames names)
    {
        if (LineFaults.FindInText(line) is { } fault)
        {
            return Row.Unreadable(location, fault);
        }

        var columns = new RowColumns(names.Room);
        return names.AreFew && PlainJsonLine.TryRead(line, names, columns)
            ? new Row(location, columns, Error: null)
            : ReadAny(line, location, names);
    }

    /// <summary>Reads a line of any form; <see cref="PlainJsonLine"/> agrees with it on those that it reads.</summary>
    internal static Row ReadAny(ReadOnlySpan<byte> line, RowLocation location, ColumnNames names)
    {
        var reader = new Utf8JsonReader(line, Options);
        try
        {
            reader.Read();
            return reader.TokenType == JsonTokenType.StartObject
                ? new Row(location, Columns(line, ref reader, names), Error: null)
                : Invalid(location, $"The line holds {Name(reader.TokenType)}; expected one JSON object.");
        }
        catch (JsonException e)
        {
            var position = (int)e.BytePositionInLine!;
            return Invalid(location, IsTooDeep(line[position..], reader.CurrentDepth)
                ? $"The line nests deeper than {MaxDepth} levels."
                : $"The line is not valid JSON from byte {position + 1} on; expected one object.");
        }
        catch (InvalidOperationException)
        {
            return Invalid(location, $"The text at byte {reader.TokenStartIndex + 1} of the line escapes half of a " +
                "surrogate pair; expected both halves or neither.");
        }
    }

    private static Row Invalid(RowLocation location, string message) =>
        Row.Unreadable(location, new RowError(RowErrorCodes.InvalidJson, message));

    // The exception tells it only in words. While the reader stands at an opening bracket, it counts one level less.
    private static bool IsTooDeep(ReadOnlySpan<byte> refused, int depth) =>
        depth >= MaxDepth - 1 && refused is [(byte)'[' or (byte)'{', ..];

    private static IReadOnlyDictionary<string, RowValue> Columns(
        ReadOnlySpan<byte> line, ref Utf8JsonReader reader, ColumnNames names)
    {
        var columns = new ReadColumns(names.Room);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (name, member) = (names.Find(in reader), names.Members?.Find(in reader));
            reader.Read();
            Read(line, ref reader, name, member?.Below, ref columns);
        }

        reader.Read(); // throws if anything but white space follows the object
        return columns.All;
    }

    // A value, and what is wanted of what is in it.
    private static void Read(
        ReadOnlySpan<byte> line, ref Utf8JsonReader reader, string? name, MemberPaths? below, ref ReadColumns columns)
    {
        if (below is not null && reader.TokenType == JsonTokenType.StartObject)
        {
            var inside = reader;
            ReadMembers(line, ref inside, below, ref columns);
        }

        if (name is null)
        {
            reader.Skip();
        }
        else
        {
            columns.Set(name, ReadValue(line, ref reader));
        }
    }

    private static void ReadMembers(
        ReadOnlySpan<byte> line, ref Utf8JsonReader reader, MemberPaths paths, ref ReadColumns columns)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = paths.Find(in reader);
            reader.Read();
            Read(line, ref reader, member?.Path, member?.Below, ref columns);
        }
    }

    private static RowValue ReadValue(ReadOnlySpan<byte> line, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return RowValue.FromText(reader.GetString()!);
            case JsonTokenType.Number:
                return JsonNumber.Read(ref reader);
            case JsonTokenType.True or JsonTokenType.False:
                return RowValue.FromBoolean(reader.TokenType == JsonTokenType.True);
            case JsonTokenType.Null:
                return RowValue.Null;
            default:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                return RowValue.FromJson(Encoding.UTF8.GetString(line[start..(int)reader.BytesConsumed]));
        }
    }

    private static string Name(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "a truth value",
    };
}
