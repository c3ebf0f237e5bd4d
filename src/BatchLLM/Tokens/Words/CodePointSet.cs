namespace BatchLLM.Tokens.Words;

/// <summary>A set of Unicode code points. Immutable, hence thread-safe.</summary>
internal sealed class CodePointSet
{
    /// <summary>One more than the last code point.</summary>
    public const int End = 0x110000;

    private const int FirstSupplementary = 0x10000;

    private readonly (int First, int Last)[] _ranges; // ascending, neither touching nor overlapping
    private readonly ulong[] _basic = new ulong[FirstSupplementary / 64]; // bit c: code point c is in

    /// <summary>The set of all code points in any of the ranges, both ends included.</summary>
    public CodePointSet(IEnumerable<(int First, int Last)> ranges)
    {
        _ranges = Join(ranges.OrderBy(range => range.First));
        foreach (var (first, last) in _ranges)
        {
            Fill(first, Math.Min(last, FirstSupplementary - 1));
        }
    }

    /// <summary>No code point.</summary>
    public static CodePointSet None { get; } = new([]);

    /// <summary>The highest code point; -1 if there is none.</summary>
    public int Last => _ranges.Length == 0 ? -1 : _ranges[^1].Last;

    /// <summary>The set of the given code points.</summary>
    public static CodePointSet Of(params IEnumerable<int> points) => new(points.Select(point => (point, point)));

    /// <summary>True if a code point is in the set.</summary>
    public bool Contains(int point) =>
        (uint)point < FirstSupplementary ? (_basic[point >> 6] >> point & 1) != 0 : ContainsSupplementary(point);

    /// <summary>What is in this set or the other.</summary>
    public CodePointSet Union(CodePointSet other) => new(_ranges.Concat(other._ranges));

    /// <summary>What is in both sets.</summary>
    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    /// <summary>All other code points.</summary>
    public CodePointSet Complement() => new(Gaps());

    private static (int First, int Last)[] Join(IEnumerable<(int First, int Last)> ascending)
    {
        var joined = new List<(int First, int Last)>();
        foreach (var range in ascending)
        {
            if (joined.Count > 0 && range.First <= joined[^1].Last + 1)
            {
                joined[^1] = (joined[^1].First, Math.Max(joined[^1].Last, range.Last));
            }
            else
            {
                joined.Add(range);
            }
        }

        return [.. joined];
    }

    private void Fill(int first, int last)
    {
        for (var word = first >> 6; word <= last >> 6; word++)
        {
            var from = word == first >> 6 ? ulong.MaxValue << first : ulong.MaxValue;
            var to = word == last >> 6 ? ulong.MaxValue >> (63 - (last & 63)) : ulong.MaxValue;
            _basic[word] |= from & to;
        }
    }

    private IEnumerable<(int First, int Last)> Gaps()
    {
        var next = 0;
        foreach (var (first, last) in _ranges)
        {
            if (first > next)
            {
                yield return (next, first - 1);
            }

            next = last + 1;
        }

        if (next < End)
        {
            yield return (next, End - 1);
        }
    }

    private bool ContainsSupplementary(int point)
    {
        var (low, high) = (0, _ranges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].Last < point ? (middle + 1, high) : (low, middle);
        }

        return low < _ranges.Length && _ranges[low].First <= point;
    }
}
