using BatchLLM.Parquet.Encodings;

namespace BatchLLM.Parquet.Reading;

/// <summary>
/// The lengths of a page's values where they stand before all values (DELTA_LENGTH_BYTE_ARRAY), taken one by one. Those of a
/// piece are kept, for the case that it has to be cut again.
/// </summary>
/// <param name="integers">The lengths.</param>
/// <param name="most">Values of the page; more lengths than these are passed over.</param>
internal sealed class PageLengths(DeltaIntegers integers, int most)
{
    private const int Step = 1 << 8;

    private int[] _held = new int[2 * Step];
    private int _at;
    private int _count;
    private int _left = (int)Math.Min(most, integers.Left);

    /// <summary>True if there is one more.</summary>
    public bool HasNext => _at < _count || _left > 0;

    /// <summary>The next one, which may be any number; there must be one.</summary>
    public int Next
    {
        get
        {
            if (_at == _count)
            {
                Read();
            }

            return _held[_at];
        }
    }

    /// <summary>Takes the next one.</summary>
    public void Take() => _at++;

    /// <summary>Forgets those that were taken.</summary>
    public void BeginPiece()
    {
        _held.AsSpan(_at.._count).CopyTo(_held);
        (_at, _count) = (0, _count - _at);
    }

    /// <summary>Goes back to where the piece begins.</summary>
    public void Rewind() => _at = 0;

    private void Read()
    {
        var step = Math.Min(Step, _left);
        if (_count + step > _held.Length)
        {
            Array.Resize(ref _held, 2 * _held.Length);
        }

        integers.Read(_held.AsSpan(_count, step));
        (_count, _left) = (_count + step, _left - step);
    }
}
