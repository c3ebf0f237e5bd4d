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
    private Utf8JsonReader _reader;

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
        var tree = ReadValue(JsonPath.Root);
        _reader.Read(); // Throws if anything but white space follows.
        return tree;
    }

    private JsonTree ReadValue(string path)
    {
        var place = Here();
        return _reader.TokenType switch
        {
            JsonTokenType.StartObject => new JsonTree(JsonValueKind.Object, place) { Members = ReadMembers(path) },
            JsonTokenType.StartArray => new JsonTree(JsonValueKind.Array, place) { Items = ReadItems(path) },
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

    private List<JsonMember> ReadMembers(string path)
    {
        var members = new List<JsonMember>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var (name, place) = (_reader.GetString()!, Here());
            var memberPath = JsonPath.Join(path, name);
            _reader.Read();
            var value = ReadValue(memberPath);
            if (members.Find(member => member.Name == name) is { } first)
            {
                var message = $"the key '{memberPath}' is there twice, first on line {first.Place.Line}; remove one";
                _problems.Add(place.Problem(memberPath, message));
                continue;
            }

            members.Add(new JsonMember(name, place, value));
        }

        return members;
    }

    private List<JsonTree> ReadItems(string path)
    {
        var items = new List<JsonTree>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ReadValue(JsonPath.Join(path, items.Count)));
        }

        return items;
    }

    private readonly JsonPlace Here() => PlaceAt((int)_reader.TokenStartIndex);

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
