using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>Rows that start one after the other: a group with its prefix, or a row by itself.</summary>
/// <param name="prefix">What they share; null for a row by itself.</param>
/// <param name="rows">Rows that have not started, in order; their order changes with <see cref="Sort"/>.</param>
internal sealed class PlanUnit(SharedPrefix? prefix, Memory<InferenceRequest> rows)
{
    private Memory<InferenceRequest> _rows = rows; // those that have not started

    /// <summary>What the rows share.</summary>
    public SharedPrefix? Prefix { get; } = prefix;

    /// <summary>Rows that have not started.</summary>
    public ReadOnlySpan<InferenceRequest> Rows => _rows.Span;

    /// <summary>True once a row was taken, so that the prefix is, or soon will be, in the KV cache.</summary>
    public bool IsBegun { get; private set; }

    /// <summary>Takes the next row; null if all have started.</summary>
    public InferenceRequest? Take()
    {
        IsBegun = true;
        if (_rows.IsEmpty)
        {
            return null;
        }

        var row = _rows.Span[0];
        _rows = _rows[1..];
        return row;
    }

    /// <summary>Takes the rows at these places among those that have not started; ascending.</summary>
    public List<InferenceRequest> Take(List<int> places)
    {
        var taken = places.ConvertAll(place => _rows.Span[place]);
        var rows = _rows.Span;
        var (from, next) = (rows.Length, places.Count - 1);
        for (var place = rows.Length - 1; place >= 0; place--)
        {
            if (next >= 0 && places[next] == place)
            {
                next--;
            }
            else
            {
                rows[--from] = rows[place];
            }
        }

        _rows = _rows[from..];
        IsBegun = true;
        return taken;
    }

    /// <summary>Puts the rows that have not started in ascending order of their keys; ties stay as they are.</summary>
    /// <param name="keys">Of each of <see cref="Rows"/>.</param>
    public void Sort(double[] keys)
    {
        InferenceRequest[] sorted = [.. Enumerable.Range(0, keys.Length).OrderBy(place => keys[place]).Select(place => _rows.Span[place])];
        sorted.CopyTo(_rows);
    }
}
