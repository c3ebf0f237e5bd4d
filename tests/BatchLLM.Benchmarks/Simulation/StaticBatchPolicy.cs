using BatchLLM.Benchmarks.Workloads;
using BatchLLM.Inference;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>
/// Plain static batches, as a loop around a model's generate call makes them: rows in input order, prompts padded to the
/// batch's longest, room reserved for the most that each may generate, and every step computes every row until the last ends.
/// </summary>
internal sealed class StaticBatchPolicy : IPolicy
{
    /// <inheritdoc/>
    public string Name => "static batches";

    /// <inheritdoc/>
    public List<StepRecord> Run(Workload workload, Device device)
    {
        var records = new List<StepRecord>();
        for (var first = 0; first < workload.Rows.Length;)
        {
            var count = Fill(workload, device, first);
            RunBatch(workload, device.Limits.KvBlockTokens, first..(first + count), records);
            first += count;
        }

        return records;
    }

    // As many rows as the KV cache holds, at most one per position of a step.
    private static int Fill(Workload workload, Device device, int first)
    {
        var (longest, most) = (0, 0);
        var count = 0;
        while (first + count < workload.Rows.Length && count < device.Limits.StepSequenceBudget)
        {
            var row = workload.Rows[first + count];
            longest = Math.Max(longest, row.PromptTokens.Length);
            most = Math.Max(most, row.Sampling.MaxTokens);
            if (count > 0 && (count + 1) * BlocksFor(longest + most, device.Limits.KvBlockTokens) > device.Limits.KvBlockCount)
            {
                break;
            }

            count++;
        }

        return count;
    }

    private static void RunBatch(Workload workload, int blockTokens, Range range, List<StepRecord> records)
    {
        var rows = workload.Rows[range];
        var lengths = Enumerable.Range(range.Start.Value, rows.Length).Select(workload.OutputTokens).ToArray();
        var padded = rows.Max(row => row.PromptTokens.Length);
        var reserved = rows.Length * BlocksFor(padded + rows.Max(row => row.Sampling.MaxTokens), blockTokens);
        var waiting = workload.Rows.Length - range.End.Value;
        records.Add(Prefill(rows, padded, waiting, reserved));
        for (var generated = 1; generated < lengths.Max(); generated++)
        {
            var live = lengths.Count(length => length > generated);
            records.Add(Decode(rows.Length, live, padded + generated - 1, waiting, reserved));
        }
    }

    private static StepRecord Prefill(InferenceRequest[] rows, int padded, int waiting, int kvBlocks)
    {
        var work = default(StepWork);
        foreach (var _ in rows)
        {
            work.AddSlice(0, padded, 0, chooses: true);
        }

        var useful = rows.Sum(row => row.PromptTokens.Length);
        return new StepRecord(work, useful, useful, work.Tokens, waiting, kvBlocks);
    }

    private static StepRecord Decode(int rows, int live, int position, int waiting, int kvBlocks)
    {
        var work = default(StepWork);
        for (var row = 0; row < rows; row++)
        {
            work.AddSlice(position, 1, 0, chooses: true);
        }

        return new StepRecord(work, live, 0, rows, waiting, kvBlocks);
    }

    private static int BlocksFor(int positions, int blockTokens) => (positions + blockTokens - 1) / blockTokens;
}
