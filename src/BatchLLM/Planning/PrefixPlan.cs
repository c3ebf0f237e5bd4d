namespace BatchLLM.Planning;

/// <summary>
/// Which rows of a window share which prefix, so that the most prompt tokens are saved: the exact optimum where each row
/// belongs to at most one group (BatchLLM: Zheng et al. 2024, arXiv 2412.03594). Pure.
/// </summary>
/// <remarks>
/// Any group fits the KV cache in which its rows fit alone: a prefix is the front of its rows' own block tables, and the
/// scheduler lets go of prefixes that none of its live rows read. So no group has to be refused for want of memory, and
/// one that is made only ever takes blocks off its rows.
/// </remarks>
public sealed class PrefixPlan
{
    private PrefixPlan(PrefixGroup[] groups, int[] ungroupedRows, long savedTokens)
    {
        Groups = groups;
        UngroupedRows = ungroupedRows;
        SavedTokens = savedTokens;
    }

    /// <summary>The groups, in the order of their first rows.</summary>
    public IReadOnlyList<PrefixGroup> Groups { get; }

    /// <summary>Rows in no group, ascending.</summary>
    public IReadOnlyList<int> UngroupedRows { get; }

    /// <summary>Prompt tokens that are not computed because a row of the same group computes them.</summary>
    public long SavedTokens { get; }

    /// <summary>Plans a window.</summary>
    /// <param name="prompts">Each row's tokens, at least one.</param>
    /// <param name="blockTokens">Positions per KV block, at least 1; a prefix is whole blocks.</param>
    public static PrefixPlan Of(IReadOnlyList<int[]> prompts, int blockTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockTokens, 1);
        if (prompts.Count == 0)
        {
            return new PrefixPlan([], [], 0);
        }

        var tree = new PrefixTree([.. prompts]);
        var choice = PrefixChoice.Of(tree.Nodes, blockTokens);
        return Collect(tree, choice);
    }

    private static PrefixPlan Collect(PrefixTree tree, PrefixChoice choice)
    {
        var rowsOf = new Dictionary<int, List<int>>(); // by node; enumerated in the order of first rows
        var ungrouped = new List<int>();
        for (var row = 0; row < tree.NodeOfRow.Length; row++)
        {
            var node = choice.OpenedNode[tree.NodeOfRow[row]];
            var rows = node < 0 ? ungrouped : rowsOf.TryGetValue(node, out var known) ? known : rowsOf[node] = [];
            rows.Add(row);
        }

        PrefixGroup[] groups = [.. rowsOf.Select(pair => new PrefixGroup(choice.Length(pair.Key), [.. pair.Value]))];
        return new PrefixPlan(groups, [.. ungrouped], choice.SavedTokens);
    }
}
