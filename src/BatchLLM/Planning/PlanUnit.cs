using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>Rows that start one after the other: a group with its prefix, or a row by itself.</summary>
/// <param name="prefix">What they share; null for a row by itself.</param>
/// <param name="rows">Rows that have not started, in order.</param>
internal sealed class PlanUnit(SharedPrefix? prefix, List<InferenceRequest> rows)
{
    private int _next;

    /// <summary>What the rows share.</summary>
    public SharedPrefix? Prefix { get; } = prefix;

    /// <summary>Rows that have not started.</summary>
    public ReadOnlySpan<InferenceRequest> Rows => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows)[_next..];

    /// <summary>True once a row was taken, so that the prefix is, or soon will be, in the KV cache.</summary>
    public bool IsBegun { get; private set; }

    /// <summary>Takes the next row; null if all have started.</summary>
    public InferenceRequest? Take()
    {
        IsBegun = true;
        return _next < rows.Count ? rows[_next++] : null;
    }

    /// <summary>Takes the rows at these places among those that have not started; ascending.</summary>
    public List<InferenceRequest> Take(List<int> places)
    {
        List<InferenceRequest> taken = [.. places.Select(place => rows[_next + place])];
        for (var index = places.Count - 1; index >= 0; index--)
        {
            rows.RemoveAt(_next + places[index]);
        }

        IsBegun = true;
        return taken;
    }

    /// <summary>Puts the rows that have not started in ascending order of their keys; ties stay as they are.</summary>
    /// <param name="keys">Of each of <see cref="Rows"/>.</param>
    public void Sort(double[] keys)
    {
        InferenceRequest[] sorted = [.. Enumerable.Range(0, keys.Length).OrderBy(place => keys[place]).Select(place => rows[_next + place])];
        rows.RemoveRange(_next, sorted.Length);
        rows.AddRange(sorted);
    }
}
