using System.Text;
using System.Text.Json;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>
/// Recognises property names without making a string of each: rows of a file share their names and mostly their order.
/// Serves one pass over a file.
/// </summary>
internal sealed class ColumnNames
{
    // Beyond this, names are data rather than columns, and remembering them costs more than it saves.
    private const int MaxRemembered = 64;

    private readonly List<string> _names;
    private readonly List<byte[]> _utf8; // of the names
    private readonly bool _all;
    private int _expected;

    /// <summary>Recognises the given names, or all if null.</summary>
    public ColumnNames(IReadOnlySet<string>? columns)
    {
        (_names, _all) = (columns is null ? [] : [.. columns], columns is null);
        _utf8 = [.. _names.Select(Encoding.UTF8.GetBytes)];
        Members = MemberPaths.Of(_names);
    }

    /// <summary>Those that may be members of objects; null if none may.</summary>
    public MemberPaths? Members { get; }

    /// <summary>True if rows have so few columns, as far as is known, that <see cref="RowColumns"/> holds them.</summary>
    public bool AreFew => _names.Count <= RowColumns.Most;

    /// <summary>As many columns as rows are likely to have, a few at least.</summary>
    public int Room => _all ? Math.Clamp(_names.Count, 4, RowColumns.Most) : Math.Min(_names.Count, RowColumns.Most);

    /// <summary>The name that the reader stands at; null if its value is not wanted.</summary>
    /// <exception cref="InvalidOperationException">Half of a surrogate pair is escaped in the name.</exception>
    public string? Find(ref readonly Utf8JsonReader reader)
    {
        for (var tried = 0; tried < _names.Count; tried++)
        {
            var index = (_expected + tried) % _names.Count;
            if (reader.ValueTextEquals(_names[index]))
            {
                _expected = index + 1;
                return _names[index];
            }
        }

        return _all ? Remember(reader.GetString()!) : null;
    }

    /// <summary>The name with these bytes, which hold no escapes; null if its value is not wanted.</summary>
    public string? Find(ReadOnlySpan<byte> name)
    {
        for (var tried = 0; tried < _utf8.Count; tried++)
        {
            var index = _expected + tried < _utf8.Count ? _expected + tried : _expected + tried - _utf8.Count;
            if (name.SequenceEqual(_utf8[index]))
            {
                _expected = index + 1;
                return _names[index];
            }
        }

        return _all ? Remember(Encoding.UTF8.GetString(name)) : null;
    }

    private string Remember(string name)
    {
        if (_names.Count < MaxRemembered)
        {
            _names.Add(name);
            _utf8.Add(Encoding.UTF8.GetBytes(name));
            _expected = _names.Count;
        }

        return name;
    }
}
