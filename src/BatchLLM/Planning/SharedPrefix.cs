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
    /// <param name="memberCount">
    /// Sequences that will come with it; it stays pinned until so many have ended. If nobody knows, it stays until blocks
    /// run short.
    /// </param>
    public SharedPrefix(int length, int memberCount = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(memberCount, 1);
        Length = length;
        MemberCount = memberCount;
    }

    /// <summary>Positions.</summary>
    public int Length { get; }

    /// <summary>Sequences that come with it in all.</summary>
    public int MemberCount { get; }

    /// <summary>
    /// The blocks, in position order; empty until a step has planned the last position of the prefix, and again while it is
    /// not pinned. Filled by the scheduler. // [Length / block tokens]
    /// </summary>
    public List<int> BlockTable { get; } = [];

    /// <summary>True while its blocks are kept for sequences to come.</summary>
    internal bool IsPinned => BlockTable.Count > 0;

    /// <summary>Computes the prefix in its own block table; null if it is pinned or nobody does.</summary>
    internal Sequence? Leader { get; set; }

    /// <summary>Live sequences that have it.</summary>
    internal int LiveCount { get; set; }

    /// <summary>Sequences that had it and have ended.</summary>
    internal int EndedCount { get; set; }
}
