using System.Text;

namespace BatchLLM.Blobs.Csv;

/// <summary>Walks the fields of a record (RFC 4180, section 2).</summary>
internal ref struct CsvFields
{
    private ReadOnlySpan<byte> _rest;
    private bool _isAtEnd;
    private ReadOnlySpan<byte> _field; // without enclosing quotation marks
    private bool _hasDoubled;

    /// <summary>Walks a record of valid UTF-8 without its newline.</summary>
    public CsvFields(ReadOnlySpan<byte> record) => _rest = record is [.. var text, (byte)'\r'] ? text : record;

    /// <summary>Fields walked so far.</summary>
    public int Count { get; private set; }

    /// <summary>What is wrong with the record; null if nothing is so far.</summary>
    public string? Problem { get; private set; }

    /// <summary>The field's text.</summary>
    public readonly string Text
    {
        get
        {
            var text = Encoding.UTF8.GetString(_field);
            return _hasDoubled ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
        }
    }

    /// <summary>Moves to the next field; false at the end, or where the record is wrong.</summary>
    public bool MoveNext()
    {
        if (_isAtEnd)
        {
            return false;
        }

        Count++;
        if (_rest is [(byte)'"', ..])
        {
            ReadQuoted();
        }
        else
        {
            ReadPlain();
        }

        return Problem is null;
    }

    private void ReadPlain()
    {
        var comma = _rest.IndexOf((byte)',');
        Take(comma < 0 ? _rest : _rest[..comma], hasDoubled: false, comma < 0 ? [] : _rest[comma..]);
        if (_field.Contains((byte)'"'))
        {
            Problem = $"Field {Count} has a quotation mark inside; expected the whole field in quotation marks, and " +
                "those inside doubled.";
        }
    }

    private void ReadQuoted()
    {
        var text = _rest[1..];
        var end = ClosingQuote(text, out var hasDoubled);
        if (end >= 0 && text[(end + 1)..] is ([] or [(byte)',', ..]))
        {
            Take(text[..end], hasDoubled, text[(end + 1)..]);
            return;
        }

        Problem = $"Field {Count} goes on behind its closing quotation mark; expected a comma or the end of the row, " +
            "and quotation marks inside doubled.";
    }

    private void Take(ReadOnlySpan<byte> field, bool hasDoubled, ReadOnlySpan<byte> rest)
    {
        _field = field;
        _hasDoubled = hasDoubled;
        _isAtEnd = rest.IsEmpty;
        _rest = _isAtEnd ? [] : rest[1..];
    }

    private static int ClosingQuote(ReadOnlySpan<byte> text, out bool hasDoubled)
    {
        hasDoubled = false;
        var at = text.IndexOf((byte)'"');
        while (at >= 0 && text[(at + 1)..] is [(byte)'"', ..])
        {
            hasDoubled = true;
            var next = text[(at + 2)..].IndexOf((byte)'"');
            at = next < 0 ? next : at + 2 + next;
        }

        return at;
    }
}
