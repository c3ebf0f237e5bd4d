using BatchLLM.Rows;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>The columns of a row while it is read: few, until there are many.</summary>
/// <param name="room">How many are likely.</param>
internal struct ReadColumns(int room)
{
    private readonly RowColumns _few = new(room);
    private Dictionary<string, RowValue>? _many;

    /// <summary>All that were set.</summary>
    public readonly IReadOnlyDictionary<string, RowValue> All => _many is null ? _few : _many;

    /// <summary>Sets a column, perhaps once more.</summary>
    public void Set(string name, RowValue value)
    {
        if (_many is null && (!_few.IsFull || _few.ContainsKey(name)))
        {
            _few[name] = value;
        }
        else
        {
            _many ??= new Dictionary<string, RowValue>(_few, StringComparer.Ordinal);
            _many[name] = value;
        }
    }
}
