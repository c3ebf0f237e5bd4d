namespace BatchLLM.Planning;

/// <summary>
/// The radix tree of a window's prompts, built from its root by cutting ranges of rows at the next token that differs.
/// </summary>
/// <remarks>
/// Every token of a prompt is compared once or twice and every range is sorted by one token, so time and memory are linear
/// in the input but for the sort; a tree deeper than any stack is built by a loop. Sorting whole prompts first was
/// rejected: each comparison reads the shared prefix again.
/// <para>
/// The last position of a prompt stands in no node: its logits choose the first token, so it is always computed.
/// </para>
/// </remarks>
internal sealed class PrefixTree
{
    private readonly int[][] _prompts;
    private readonly int[] _order; // [prompts] rows, each node's next to each other
    private readonly int[] _sorted; // [prompts] scratch
    private readonly ulong[] _keys; // [prompts] scratch: next token, then place in the order
    private readonly Stack<Range> _ranges = new();
    private readonly List<PrefixNode> _nodes = [];

    /// <summary>Builds the tree.</summary>
    /// <param name="prompts">Not changed.</param>
    public PrefixTree(int[][] prompts)
    {
        _prompts = prompts;
        _order = [.. Enumerable.Range(0, prompts.Length)];
        _sorted = new int[prompts.Length];
        _keys = new ulong[prompts.Length];
        NodeOfRow = new int[prompts.Length];
        _ranges.Push(new Range(Parent: -1, First: 0, prompts.Length, Known: 0));
        while (_ranges.TryPop(out var range))
        {
            AddNode(range);
        }
    }

    /// <summary>All nodes, each after its parent.</summary>
    public IReadOnlyList<PrefixNode> Nodes => _nodes;

    /// <summary>The deepest node of each row. // [prompts]</summary>
    public int[] NodeOfRow { get; }

    // Rows that are compared up to Known; they are the same there.
    private readonly record struct Range(int Parent, int First, int Count, int Known);

    private static int Usable(int[] prompt) => Math.Max(0, prompt.Length - 1);

    private void AddNode(Range range)
    {
        var depth = SharedDepth(range);
        SortByToken(range, depth);
        var node = _nodes.Count;
        _nodes.Add(new PrefixNode(range.Parent, depth, CutRuns(range, depth, node)));
    }

    private int SharedDepth(Range range)
    {
        var first = _prompts[_order[range.First]].AsSpan(range.Known, Usable(_prompts[_order[range.First]]) - range.Known);
        foreach (var row in _order.AsSpan(range.First + 1, range.Count - 1))
        {
            var own = _prompts[row].AsSpan(range.Known, Math.Min(first.Length, Usable(_prompts[row]) - range.Known));
            first = first[..first.CommonPrefixLength(own)];
        }

        return range.Known + first.Length;
    }

    private void SortByToken(Range range, int depth)
    {
        var order = _order.AsSpan(range.First, range.Count);
        var keys = _keys.AsSpan(range.First, range.Count);
        for (var place = 0; place < order.Length; place++)
        {
            keys[place] = (NextToken(order[place], depth) << 31) | (uint)place;
        }

        keys.Sort();
        var sorted = _sorted.AsSpan(0, range.Count);
        for (var place = 0; place < order.Length; place++)
        {
            sorted[place] = order[(int)(keys[place] & int.MaxValue)];
        }

        sorted.CopyTo(order);
    }

    // 0 for a row that ends here, else the token plus 1: 33 bits.
    private ulong NextToken(int row, int depth) =>
        depth < Usable(_prompts[row]) ? (ulong)(uint)_prompts[row][depth] + 1 : 0;

    // Rows with the same next token become a range of their own; returns how many rows are in none.
    private int CutRuns(Range range, int depth, int node)
    {
        var (ownRows, end) = (0, range.First + range.Count);
        for (var first = range.First; first < end;)
        {
            var token = _keys[first] >> 31;
            var next = first + 1;
            while (next < end && token != 0 && _keys[next] >> 31 == token)
            {
                next++;
            }

            if (next - first > 1)
            {
                _ranges.Push(new Range(node, first, next - first, depth + 1));
            }
            else
            {
                NodeOfRow[_order[first]] = node;
                ownRows++;
            }

            first = next;
        }

        return ownRows;
    }
}
