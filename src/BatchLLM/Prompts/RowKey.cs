namespace BatchLLM.Prompts;

/// <summary>A row's identity in its job: the same after a restart and in shards of any size.</summary>
public static class RowKey
{
    /// <summary>The key of a row.</summary>
    /// <param name="fileIndex">Which of the job's inputs, 0-based.</param>
    /// <param name="rowNumber">1-based number of the row in it.</param>
    public static ulong Compute(int fileIndex, long rowNumber) => ((ulong)(uint)fileIndex << 40) ^ (ulong)rowNumber;
}
