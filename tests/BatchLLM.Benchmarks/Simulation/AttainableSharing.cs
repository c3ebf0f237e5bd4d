using BatchLLM.Benchmarks.Workloads;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>
/// What a cache without end could share: every KV block of the window's radix tree computed once, a prompt's last position
/// never counted, as its logits choose the first token.
/// </summary>
internal sealed class AttainableSharing
{
    private readonly int[] _saved; // [rows]
    private readonly int[] _shared; // [rows]

    /// <summary>Sorts the prompts and compares neighbours.</summary>
    public AttainableSharing(Workload workload, int blockTokens)
    {
        var prompts = workload.Rows.Select(row => row.PromptTokens).ToArray();
        var order = Enumerable.Range(0, prompts.Length).ToArray();
        Array.Sort(order, (left, right) => prompts[left].AsSpan().SequenceCompareTo(prompts[right]));
        _saved = new int[prompts.Length];
        _shared = new int[prompts.Length];
        for (var index = 1; index < order.Length; index++)
        {
            var (previous, row) = (order[index - 1], order[index]);
            var common = prompts[previous].AsSpan().CommonPrefixLength(prompts[row]);
            _saved[row] = Math.Min(common, prompts[row].Length - 1) / blockTokens * blockTokens;
            _shared[row] = Math.Max(_shared[row], common);
            _shared[previous] = Math.Max(_shared[previous], common);
        }

        Tokens = _saved.Sum(tokens => (long)tokens);
    }

    /// <summary>Prompt tokens that need not be computed, of all rows.</summary>
    public long Tokens { get; }

    /// <summary>Positions of a row that a row before it in lexicographic order has computed: whole blocks.</summary>
    public int Saved(int row) => _saved[row];

    /// <summary>Positions of a row that any other row has too.</summary>
    public int Shared(int row) => _shared[row];
}
