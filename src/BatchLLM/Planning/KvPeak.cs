using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>
/// Foresees the most KV blocks that live sequences will hold together, each growing by a position per step until it is
/// expected to end (Gong et al. 2025, "Past-Future Scheduler", arXiv 2507.10150). A guess: only speed depends on it.
/// </summary>
/// <param name="limits">Sizes of the pool and of a step.</param>
internal sealed class KvPeak(RunnerLimits limits)
{
    // Steps to go in the upper half, positions held now in the lower; ascending. // [_count used of StepSequenceBudget]
    private readonly long[] _live = new long[limits.StepSequenceBudget];
    private int _count;
    private long _room; // positions

    /// <summary>Begins with what is live.</summary>
    /// <param name="live">The sequences; fewer than a step can have.</param>
    /// <param name="pinnedBlocks">Blocks that are taken however long they run.</param>
    public void Restart(List<Sequence> live, int pinnedBlocks)
    {
        _room = (long)(limits.KvBlockCount - pinnedBlocks) * limits.KvBlockTokens;
        _count = live.Count;
        for (var index = 0; index < _count; index++)
        {
            _live[index] = Entry(live[index]);
        }

        _live.AsSpan(0, _count).Sort();
    }

    /// <summary>Adds a newcomer; false if the peak is then more than there is.</summary>
    public bool FitsWith(Sequence newcomer)
    {
        var entry = Entry(newcomer);
        var place = _live.AsSpan(0, _count).BinarySearch(entry);
        place = place < 0 ? ~place : place;
        _live.AsSpan(place, _count - place).CopyTo(_live.AsSpan(place + 1));
        _live[place] = entry;
        _count++;
        return Peak() <= _room;
    }

    // The most is held when one of them ends: they are looked at from the last to end to the first.
    private long Peak()
    {
        var (peak, held) = (0L, 0L);
        for (var index = _count - 1; index >= 0; index--)
        {
            var running = _count - index;
            held += (uint)_live[index];
            peak = Math.Max(peak, held + (running * (_live[index] >> 32)));
        }

        return peak;
    }

    // While it grows, the last block of a sequence is half empty on average.
    private long Entry(Sequence sequence)
    {
        var positions = Math.Max(sequence.KnownCount, sequence.ComputedCount);
        var left = Math.Clamp(sequence.ExpectedTokens, 0, sequence.MaxTokens) - (positions - sequence.PromptCount);
        var held = positions - PrefixPins.SharedLength(sequence);
        return left > 0 ? ((long)left << 32) | (uint)(held + (limits.KvBlockTokens / 2)) : WholeBlocks(held);
    }

    private uint WholeBlocks(int positions) =>
        (uint)((positions + limits.KvBlockTokens - 1) / limits.KvBlockTokens * limits.KvBlockTokens);
}
