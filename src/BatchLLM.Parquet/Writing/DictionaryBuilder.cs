using System.Runtime.InteropServices;

namespace BatchLLM.Parquet.Writing;

/// <summary>
/// Gives equal values of one chunk the same index, in the order of their first appearance. It gives up by itself when
/// values hardly repeat, so that unique texts are not held twice.
/// </summary>
internal sealed class DictionaryBuilder
{
    /// <summary>
    /// A dictionary is read whole before the first value; larger ones cost readers more than they save.
    /// </summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>Values after which it is judged whether they repeat.</summary>
    private const int TrialValues = 1024;

    private readonly ByteBuffer _bytes = new();
    private readonly List<int> _ends = [];
    private readonly List<int> _indices = [];
    private int[] _slots = new int[256];

    /// <summary>False once it has given up for this chunk.</summary>
    public bool IsAlive { get; private set; } = true;

    /// <summary>Different values.</summary>
    public int Count => _ends.Count;

    /// <summary>The different values one after another, without lengths.</summary>
    public int ByteCount => _bytes.Length;

    /// <summary>Bytes held, with those of the indices.</summary>
    public long BufferedBytes => _bytes.Length + ((long)sizeof(int) * (_indices.Count + _ends.Count));

    /// <summary>One index per value.</summary>
    public ReadOnlySpan<int> Indices => CollectionsMarshal.AsSpan(_indices);

    /// <summary>The bytes of one of the different values.</summary>
    public ReadOnlySpan<byte> Entry(int index)
    {
        var start = index == 0 ? 0 : _ends[index - 1];
        return _bytes.Span[start.._ends[index]];
    }

    /// <summary>Takes the next value.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        if (!IsAlive)
        {
            return;
        }

        _indices.Add(FindOrAdd(value));
        var hardlyRepeats = _indices.Count >= TrialValues && Count > _indices.Count / 2;
        if (hardlyRepeats || _bytes.Length > MaxBytes)
        {
            Clear();
            IsAlive = false;
        }
    }

    /// <summary>Starts anew for the next chunk.</summary>
    public void Clear()
    {
        IsAlive = true;
        _bytes.Clear();
        _ends.Clear();
        _indices.Clear();
        Array.Clear(_slots);
    }

    private int FindOrAdd(ReadOnlySpan<byte> value)
    {
        // Slots hold the index plus one; 0 is free. Indices follow the order of appearance, so that the hash, which
        // differs between processes, never shows in the file.
        var slot = FirstSlot(value);
        while (_slots[slot] != 0)
        {
            var index = _slots[slot] - 1;
            if (Entry(index).SequenceEqual(value))
            {
                return index;
            }

            slot = (slot + 1) & (_slots.Length - 1);
        }

        _bytes.Append(value);
        _ends.Add(_bytes.Length);
        _slots[slot] = Count;
        if (Count * 2 > _slots.Length)
        {
            Grow();
        }

        return Count - 1;
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        for (var index = 0; index < Count; index++)
        {
            var slot = FirstSlot(Entry(index));
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = index + 1;
        }
    }

    private int FirstSlot(ReadOnlySpan<byte> value)
    {
        var hash = default(HashCode);
        hash.AddBytes(value);
        return hash.ToHashCode() & (_slots.Length - 1);
    }
}
