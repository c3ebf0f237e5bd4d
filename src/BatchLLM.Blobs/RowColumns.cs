using System.Collections;
using System.Diagnostics.CodeAnalysis;
using BatchLLM.Rows;

namespace BatchLLM.Blobs;

/// <summary>
/// A row's columns as two short lists. Rows have few columns, of which a job reads fewer: comparing their names one after the
/// other costs less than a dictionary for every row, and a third of its memory.
/// </summary>
/// <remarks>A reader that may meet rows of many columns takes a dictionary for those.</remarks>
internal sealed class RowColumns : IReadOnlyDictionary<string, RowValue>
{
    /// <summary>More columns than this belong into a dictionary.</summary>
    public const int Most = 16;

    private readonly (string Name, RowValue Value)[] _columns; // [room, Count used]

    /// <summary>Creates a row without columns.</summary>
    /// <param name="room">How many columns it can take.</param>
    public RowColumns(int room) => _columns = new (string, RowValue)[room];

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>True if no column with a new name can be added.</summary>
    public bool IsFull => Count == _columns.Length;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _columns.Take(Count).Select(column => column.Name);

    /// <inheritdoc/>
    public IEnumerable<RowValue> Values => _columns.Take(Count).Select(column => column.Value);

    /// <summary>A column's value. Setting one that is there replaces its value.</summary>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    /// <exception cref="IndexOutOfRangeException">Setting: there is no room for another column.</exception>
    public RowValue this[string key]
    {
        get => Find(key) is >= 0 and var at
            ? _columns[at].Value
            : throw new KeyNotFoundException("The row does not have this column.");
        set
        {
            var at = Find(key);
            _columns[at >= 0 ? at : Count++] = (key, value);
        }
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => Find(key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out RowValue value)
    {
        var at = Find(key);
        value = at >= 0 ? _columns[at].Value : default;
        return at >= 0;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, RowValue>> GetEnumerator() =>
        _columns.Take(Count).Select(column => KeyValuePair.Create(column.Name, column.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // Names of a file's rows are mostly the same strings, which are equal without a look at their letters.
    private int Find(string name)
    {
        for (var at = 0; at < Count; at++)
        {
            if (string.Equals(_columns[at].Name, name, StringComparison.Ordinal))
            {
                return at;
            }
        }

        return -1;
    }
}
