using BatchLLM.Planning;

namespace BatchLLM.Cuda.Kernels;

/// <summary>
/// Finds the sequences of a step that read the same KV blocks at the beginning of their contexts, so that one pass reads
/// those for all of them. It looks at block tables only: whatever made sequences share blocks, they are read once. Pure.
/// </summary>
/// <remarks>
/// Sequences are of one group if their first block is the same, and a group shares what all of its members have in common.
/// A prefix within a prefix is so read as the shorter one; the scheduler shares whole prefixes and makes none.
/// </remarks>
internal static class PrefixPasses
{
    /// <summary>The passes of a step, in the order of their first slices.</summary>
    /// <param name="step">Its slices of one position take part: chunks read a prefix once for all their rows anyway.</param>
    /// <param name="blockTokens">Positions of a KV block.</param>
    public static List<PrefixPass> Find(Step step, int blockTokens)
    {
        var passes = new List<PrefixPass>();
        foreach (var slices in SlicesByFirstBlock(step, blockTokens))
        {
            var tokens = CommonTokens(step, slices, blockTokens);
            if (slices.Count > 1 && tokens > 0)
            {
                passes.Add(new PrefixPass(tokens, slices));
            }
        }

        return passes;
    }

    private static Dictionary<int, List<int>>.ValueCollection SlicesByFirstBlock(Step step, int blockTokens)
    {
        var groups = new Dictionary<int, List<int>>(); // keeps the order in which they are added, as nothing is removed
        for (var index = 0; index < step.Slices.Count; index++)
        {
            var slice = step.Slices[index];
            if (slice.Count != 1 || slice.Start < Math.Max(blockTokens, AttentionShape.TileTokens))
            {
                continue;
            }

            var first = slice.Sequence.BlockTable[0];
            if (!groups.TryGetValue(first, out var slices))
            {
                groups.Add(first, slices = []);
            }

            slices.Add(index);
        }

        return groups.Values;
    }

    // The block that a row's own position stands in is its own, even where the ids of two tables were the same by mistake.
    private static int CommonTokens(Step step, List<int> slices, int blockTokens)
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
