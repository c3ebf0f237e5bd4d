namespace BatchLLM.Planning;

/// <summary>
/// The exact choice of prefixes in a radix tree. For every node and every length that the nearest opened prefix above it
/// may have: its rows go on with that prefix, or the node opens one of its own and pays for its length once.
/// </summary>
/// <remarks>
/// Lengths count in whole KV blocks, and a node's table has one entry per length up to its parent's. Nodes can be paired
/// off with different rows below them, each at least as long, so all tables together have at most as many entries as the
/// prompts have blocks: linear, also where each prompt extends the last.
/// </remarks>
internal sealed class PrefixChoice
{
    private readonly IReadOnlyList<PrefixNode> _nodes;
    private readonly int _blockTokens;
    private readonly int[] _opensBelow; // [nodes] opened if the prefix above has fewer blocks than this

    private PrefixChoice(IReadOnlyList<PrefixNode> nodes, int blockTokens)
    {
        _nodes = nodes;
        _blockTokens = blockTokens;
        _opensBelow = new int[nodes.Count];
        OpenedNode = new int[nodes.Count];
    }

    /// <summary>The node whose prefix the own rows of each node share; -1 for none. // [nodes]</summary>
    public int[] OpenedNode { get; }

    /// <summary>Prompt tokens saved.</summary>
    public long SavedTokens { get; private set; }

    /// <summary>Chooses.</summary>
    /// <param name="nodes">Each after its parent.</param>
    /// <param name="blockTokens">Positions per KV block.</param>
    public static PrefixChoice Of(IReadOnlyList<PrefixNode> nodes, int blockTokens)
    {
        var choice = new PrefixChoice(nodes, blockTokens);
        choice.Weigh();
        choice.Open();
        return choice;
    }

    /// <summary>Tokens of a node's prefix that fill whole blocks.</summary>
    public int Length(int node) => Blocks(node) * _blockTokens;

    private int Blocks(int node) => _nodes[node].Depth / _blockTokens;

    private void Weigh()
    {
        var kept = new long[]?[_nodes.Count]; // per node: saved if it opens nothing, by the blocks of the prefix above it
        for (var node = _nodes.Count - 1; node >= 0; node--)
        {
            var saved = kept[node] ?? new long[Blocks(node) + 1];
            kept[node] = null;
            AddOwnRows(saved, _nodes[node].OwnRows);
            var opened = saved[^1] - Length(node);
            _opensBelow[node] = FirstAtLeast(saved, opened);
            if (_nodes[node].Parent is >= 0 and var parent)
            {
                AddBetter(kept[parent] ??= new long[Blocks(parent) + 1], saved, opened);
            }
            else
            {
                SavedTokens = Math.Max(opened, saved[0]);
            }
        }
    }

    private void AddOwnRows(long[] saved, int ownRows)
    {
        for (var blocks = 0; blocks < saved.Length; blocks++)
        {
            saved[blocks] += (long)ownRows * blocks * _blockTokens;
        }
    }

    // A longer prefix above never saves less, so the node opens below one length and not from it on. In a tie it does not.
    private static int FirstAtLeast(long[] saved, long opened)
    {
        var blocks = 0;
        while (saved[blocks] < opened)
        {
            blocks++;
        }

        return blocks;
    }

    private static void AddBetter(long[] into, long[] saved, long opened)
    {
        for (var blocks = 0; blocks < into.Length; blocks++)
        {
            into[blocks] += Math.Max(opened, saved[blocks]);
        }
    }

    private void Open()
    {
        for (var node = 0; node < _nodes.Count; node++)
        {
            var above = _nodes[node].Parent < 0 ? -1 : OpenedNode[_nodes[node].Parent];
            var blocksAbove = above < 0 ? 0 : Blocks(above);
            OpenedNode[node] = blocksAbove < _opensBelow[node] ? node : above;
        }
    }
}
