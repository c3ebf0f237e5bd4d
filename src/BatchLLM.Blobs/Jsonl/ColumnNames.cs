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
    private readonly bool _all;
    private int _expected;

    /// <summary>Recognises the given names, or all if null.</summary>
    public ColumnNames(IReadOnlySet<string>? columns) =>
        (_names, _all) = (columns is null ? [] : [.. columns], columns is null);

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

    private string Remember(string name)
    {
        if (_names.Count < MaxRemembered)
        {
            _names.Add(name);
            _expected = _names.Count;
        }

        return name;
    }
}
