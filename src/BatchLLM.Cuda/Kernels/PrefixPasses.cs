using BatchLLM.Planning;

namespace BatchLLM.Cuda.Kernels;

/// <summary>
/// Finds the sequences of a step that read the same KV blocks at the beginning of their contexts, so that one pass reads
/// those for all of them. It looks at block tables only: whatever made sequences share blocks, they are read once. Reused from step
/// to step: rows that share nothing, which most do, allocate nothing. Not thread-safe.
/// </summary>
/// <remarks>
/// Sequences are of one group if their first block is the same, and a group shares what all of its members have in common.
/// A prefix within a prefix is so read as the shorter one; the scheduler shares whole prefixes and makes none.
/// </remarks>
/// <param name="blockTokens">Positions of a KV block.</param>
internal sealed class PrefixPasses(int blockTokens)
{
    private readonly Dictionary<int, int> _firstOf = []; // first block, the first slice that has it
    private readonly SortedDictionary<int, List<int>> _groups = []; // first slice, all slices that share its first block

    /// <summary>The passes of a step, in the order of their first slices.</summary>
    /// <param name="step">Its slices of one position take part: chunks read a prefix once for all their rows anyway.</param>
    public List<PrefixPass> Find(Step step)
    {
        Group(step);
        var passes = new List<PrefixPass>();
        foreach (var slices in _groups.Values)
        {
            if (CommonTokens(step, slices) is > 0 and var tokens)
            {
                passes.Add(new PrefixPass(tokens, slices));
            }
        }

        return passes;
    }

    private void Group(Step step)
    {
        _firstOf.Clear();
        _groups.Clear();
        for (var index = 0; index < step.Slices.Count; index++)
        {
            var slice = step.Slices[index];
            if (slice.Count != 1 || slice.Start < Math.Max(blockTokens, AttentionShape.TileTokens)
                || _firstOf.TryAdd(slice.Sequence.BlockTable[0], index))
            {
                continue;
            }

            var first = _firstOf[slice.Sequence.BlockTable[0]];
            if (!_groups.TryGetValue(first, out var slices))
            {
                _groups.Add(first, slices = [first]);
            }

            slices.Add(index);
        }
    }

    // The block that a row's own position stands in is its own, even where the ids of two tables were the same by mistake.
    private int CommonTokens(Step step, List<int> slices)
    {
        var first = step.Slices[slices[0]];
        var blocks = first.Start / blockTokens;
        foreach (var index in slices.Skip(1))
        {
            var slice = step.Slices[index];
            blocks = CommonBlocks(first.Sequence.BlockTable, slice.Sequence.BlockTable, Math.Min(blocks, slice.Start / blockTokens));
        }

        return blocks * blockTokens / AttentionShape.TileTokens * AttentionShape.TileTokens;
    }

    private static int CommonBlocks(List<int> one, List<int> other, int most)
    {
        var count = 0;
        while (count < most && one[count] == other[count])
        {
            count++;
        }

        return count;
    }
}
