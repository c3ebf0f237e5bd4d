namespace BatchLLM.Planning;

/// <summary>Rows of a window that share a prefix whose keys and values are computed once.</summary>
/// <param name="Length">Tokens of the prefix: whole KV blocks, at least one; below each row's prompt length.</param>
/// <param name="Rows">Positions of the rows in the window, ascending; at least two.</param>
public sealed record PrefixGroup(int Length, int[] Rows)
{
    /// <summary>Prompt tokens that all rows but the first need not compute.</summary>
    public long SavedTokens => (Rows.Length - 1L) * Length;
}
