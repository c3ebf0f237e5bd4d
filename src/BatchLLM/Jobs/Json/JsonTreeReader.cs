using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BatchLLM.Jobs.Json;

/// <summary>Reads strict JSON into a <see cref="JsonTree"/>: no comments, no trailing commas, no key twice.</summary>
/// <remarks>
/// Comments were considered and left out: a job file is read by jq, editors and schema checkers as JSON, and every key has
/// a description in the schema already.
/// </remarks>
internal ref struct JsonTreeReader
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly string _source;
    private readonly List<JobFileProblem> _problems;
    private readonly List<string> _path = []; // keys and indexes from the root to here
    private Utf8JsonReader _reader;
    private int _counted; // bytes before the last place asked for
    private int _line = 1; // of that place
    private int _column = 1; // likewise

    private JsonTreeReader(ReadOnlySpan<byte> json, string source, List<JobFileProblem> problems)
    {
        _json = json;
        _source = source;
        _problems = problems;
        _reader = new Utf8JsonReader(json);
    }

    /// <summary>The tree, or null if the text is no JSON; what is wrong is added to <paramref name="problems"/>.</summary>
    public static JsonTree? Read(ReadOnlySpan<byte> json, string source, List<JobFileProblem> problems)
    {
        var text = json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json;
        var reader = new JsonTreeReader(text, source, problems);
        try
        {
            return reader.ReadAll();
        }
        catch (JsonException e)
        {
            problems.Add(reader.SyntaxProblem(e));
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader.GetString: the bytes are not UTF-8, or an escape names half a surrogate pair.
            problems.Add(reader.Here().Problem(JsonPath.Root, "this text is not valid Unicode; save the file as UTF-8"));
        }

        return null;
    }

    private JsonTree ReadAll()
    {
        _reader.Read();
        var tree = ReadValue();
        _reader.Read(); // Throws if anything but white space follows.
        return tree;
    }

    private JsonTree ReadValue()
    {
        var place = Here();
        return _reader.TokenType switch
        {
            JsonTokenType.StartObject => new JsonTree(JsonValueKind.Object, place) { Members = ReadMembers() },
            JsonTokenType.StartArray => new JsonTree(JsonValueKind.Array, place) { Items = ReadItems() },
            JsonTokenType.String => new JsonTree(JsonValueKind.String, place) { Text = _reader.GetString()! },
            JsonTokenType.Number => new JsonTree(JsonValueKind.Number, place)
            {
                Text = Encoding.UTF8.GetString(_reader.ValueSpan),
            },
            JsonTokenType.True => new JsonTree(JsonValueKind.True, place),
            JsonTokenType.False => new JsonTree(JsonValueKind.False, place),
            _ => new JsonTree(JsonValueKind.Null, place),
        };
    }

    private List<JsonMember> ReadMembers()
    {
        var (members, lines) = (new List<JsonMember>(), new Dictionary<string, int>(StringComparer.Ordinal));
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var (name, place) = (_reader.GetString()!, Here());
            _reader.Read();
            _path.Add(name);
            var value = ReadValue();
            if (lines.TryAdd(name, place.Line))
            {
                members.Add(new JsonMember(name, place, value));
            }
            else
            {
                ReportTwice(place, lines[name]);
            }

            _path.RemoveAt(_path.Count - 1);
        }

        return members;
    }

    private List<JsonTree> ReadItems()
    {
        var items = new List<JsonTree>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            _path.Add(items.Count.ToString(CultureInfo.InvariantCulture));
            items.Add(ReadValue());
            _path.RemoveAt(_path.Count - 1);
        }

        return items;
    }

    /// <summary>Paths are put together only here: one for each value would be long keys times many values.</summary>
    private readonly void ReportTwice(JsonPlace place, int firstLine)
    {
        if (_problems.Count < JobFileProblem.Most)
        {
            var path = string.Join('.', _path);
            _problems.Add(place.Problem(path, $"the key '{path}' is there twice, first on line {firstLine}; remove one"));
        }
    }

    /// <summary>
    /// Where the current token begins. Tokens come in order, so each place is counted on from the one before: from the
    /// start, a megabyte of small tokens took minutes.
    /// </summary>
    private JsonPlace Here()
    {
        var passed = _json[_counted..(int)_reader.TokenStartIndex];
        var lineEnd = passed.LastIndexOf((byte)'\n');
        _line += lineEnd < 0 ? 0 : passed.Count((byte)'\n');
        _column = (lineEnd < 0 ? _column : 1) + Encoding.UTF8.GetCharCount(passed[(lineEnd + 1)..]);
        _counted += passed.Length;
        return new JsonPlace(_source, _line, _column);
    }

    private readonly JobFileProblem SyntaxProblem(JsonException exception)
    {
        var lineStart = 0;
        for (var line = 0L; line < (exception.LineNumber ?? 0); line++)
        {
            lineStart += _json[lineStart..].IndexOf((byte)'\n') + 1;
        }

        var offset = Math.Min(_json.Length, lineStart + (int)(exception.BytePositionInLine ?? 0));
        return PlaceAt(offset).Problem(JsonPath.Root, $"this is not valid JSON: {Reason(exception, offset)}");
    }

    private readonly string Reason(JsonException exception, int offset)
    {
        if (_json.Trim(" \t\r\n"u8).IsEmpty)
        {
            return "the file is empty; expected an object";
        }

        if (offset < _json.Length && _json[offset] is (byte)'/' or (byte)'#')
        {
            return "a comment; remove it";
        }

        // The library's sentence, without the advice to its caller and the position that we give ourselves.
        var end = exception.Message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? exception.Message : exception.Message[..end];
    }

    private readonly JsonPlace PlaceAt(int offset)
    {
        var before = _json[..offset];
        var column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return new JsonPlace(_source, before.Count((byte)'\n') + 1, column);
    }
}
