namespace BatchLLM.Benchmarks.Simulation;

/// <summary>What one forward pass has to do, as far as its time depends on it.</summary>
internal struct StepWork
{
    /// <summary>Positions that go through the layers, padding included.</summary>
    public int Tokens;

    /// <summary>Positions that go through the head.</summary>
    public int Choices;

    /// <summary>Pairs of a query position and a key position that it attends to.</summary>
    public long AttentionPairs;

    /// <summary>Positions whose keys and values are read: once per sequence, or once per group that shares them.</summary>
    public long KvPositionsRead;

    /// <summary>Adds positions [start, start + count) of one sequence, which reads its keys and values from readFrom on.</summary>
    public void AddSlice(int start, int count, int readFrom, bool chooses)
    {
        Tokens += count;
        Choices += chooses ? 1 : 0;
        AttentionPairs += Pairs(start, count);
        KvPositionsRead += start + count - readFrom;
    }

    /// <summary>Position p attends to p + 1 positions, itself included.</summary>
    public static long Pairs(int start, long count) => (count * start) + (count * (count + 1) / 2);
}
