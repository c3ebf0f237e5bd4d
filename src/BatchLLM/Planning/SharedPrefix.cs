namespace BatchLLM.Planning;

/// <summary>
/// Tokens that several sequences of a window begin with: their keys and values are computed once, by whichever sequence comes
/// first, pinned, and freed after the last sequence. Owned by the scheduler.
/// </summary>
/// <remarks>
/// While a sequence has one, the front of its block table is these blocks. A runner may attend all rows behind the prefix
/// to it at once; one that does not gets the same answers from the block tables alone.
/// </remarks>
public sealed class SharedPrefix
{
    /// <summary>Creates a prefix that nobody has computed yet.</summary>
    /// <param name="length">Positions: whole KV blocks, at least one.</param>
    public SharedPrefix(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        Length = length;
    }

    /// <summary>Positions.</summary>
    public int Length { get; }

    /// <summary>
    /// The blocks, in position order; empty until a step has planned the last position of the prefix, and again while it is
    /// not pinned. Filled by the scheduler. // [Length / block tokens]
    /// </summary>
    public List<int> BlockTable { get; } = [];
}
