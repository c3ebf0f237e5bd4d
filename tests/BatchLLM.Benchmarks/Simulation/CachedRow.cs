using BatchLLM.Benchmarks.Workloads;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>A row of the first-come policy: tokens known and computed, blocks, and the hashes by which blocks are found.</summary>
internal sealed class CachedRow
{
    private const ulong Odd = 0x9E3779B97F4A7C15; // 2^64 over the golden ratio

    private readonly int _blockTokens;
    private readonly int[] _prompt;

    /// <summary>Creates a row that has computed nothing.</summary>
    public CachedRow(Workload workload, int index, int blockTokens)
    {
        _blockTokens = blockTokens;
        _prompt = workload.Rows[index].PromptTokens;
        (Index, Known, End) = (index, _prompt.Length, _prompt.Length + workload.OutputTokens(index));
        ExtendHashes();
    }

    /// <summary>Position in the workload.</summary>
    public int Index { get; }

    /// <summary>Prompt tokens.</summary>
    public int PromptCount => _prompt.Length;

    /// <summary>Tokens known: prompt, and what was generated so far.</summary>
    public int Known { get; private set; }

    /// <summary>Tokens known once the row ends.</summary>
    public int End { get; }

    /// <summary>Positions whose keys and values stand in the cache.</summary>
    public int Computed { get; set; }

    /// <summary>Positions that the running step computes.</summary>
    public int Planned { get; set; }

    /// <summary>KV blocks held, in position order.</summary>
    public List<int> Blocks { get; } = [];

    /// <summary>One hash per full block of known tokens, over all tokens up to its end.</summary>
    public List<ulong> Hashes { get; } = [];

    /// <summary>Blocks of this row that are findable.</summary>
    public int CachedBlocks { get; set; }

    /// <summary>Takes a generated token.</summary>
    public void Append()
    {
        Known++;
        ExtendHashes();
    }

    private void ExtendHashes()
    {
        while ((Hashes.Count + 1) * _blockTokens <= Known)
        {
            var hash = Hashes.Count > 0 ? Hashes[^1] : Odd;
            var start = Hashes.Count * _blockTokens;
            for (var position = start; position < start + _blockTokens; position++)
            {
                hash = Mix(hash ^ Token(position));
            }

            Hashes.Add(hash);
        }
    }

    // Generated tokens are the row's own: no two rows go on alike.
    private ulong Token(int position) => position < _prompt.Length
        ? (ulong)_prompt[position]
        : Mix(((ulong)Index << 32) | (uint)position);

    // The finalizer of SplitMix64 (Steele, Lea and Flood 2014): collisions among 10^5 blocks are below 10^-9.
    private static ulong Mix(ulong value)
    {
        value += Odd;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
