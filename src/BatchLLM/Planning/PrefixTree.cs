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
    private readonly ulong[] _keys; // [prompts] scratch: next token, then place in the range
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
        var node = _nodes.Count;
        var ended = SortByToken(range, depth);
        foreach (var row in _order.AsSpan(range.First, ended))
        {
            NodeOfRow[row] = node;
        }

        var single = CutRuns(range with { First = range.First + ended, Count = range.Count - ended }, depth, node);
        _nodes.Add(new PrefixNode(range.Parent, depth, ended + single));
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

    // Rows that end here come first, then the others by their next token; returns how many end. Where the others are in
    // order already, as in a chain of prompts that each extend the last, this is one pass.
    private int SortByToken(Range range, int depth)
    {
        var order = _order.AsSpan(range.First, range.Count);
        var (ended, others, isSorted) = (0, 0, true);
        for (var place = 0; place < order.Length; place++)
        {
            var prompt = _prompts[order[place]];
            if (depth == Usable(prompt))
            {
                _sorted[ended++] = order[place];
            }
            else
            {
                _keys[others] = ((ulong)(uint)prompt[depth] << 31) | (uint)place;
                isSorted = isSorted && (others == 0 || _keys[others - 1] < _keys[others]);
                others++;
            }
        }

        if (!isSorted)
        {
            _keys.AsSpan(0, others).Sort();
        }

        Gather(order, ended);
        return ended;
    }

    private void Gather(Span<int> order, int ended)
    {
        for (var place = ended; place < order.Length; place++)
        {
            _sorted[place] = order[(int)(_keys[place - ended] & int.MaxValue)];
        }

        _sorted.AsSpan(0, order.Length).CopyTo(order);
    }

    // Rows with the same next token become a range of their own; returns how many are alone.
    private int CutRuns(Range range, int depth, int node)
    {
        var single = 0;
        for (var from = 0; from < range.Count;)
        {
            var to = from + 1;
            while (to < range.Count && _keys[to] >> 31 == _keys[from] >> 31)
            {
                to++;
            }

            if (to - from > 1)
            {
                _ranges.Push(new Range(node, range.First + from, to - from, depth + 1));
            }
            else
            {
                NodeOfRow[_order[range.First + from]] = node;
                single++;
            }

            from = to;
        }

        return single;
    }
}
