using BatchLLM.Inference;

namespace BatchLLM.GpuCheck.Workloads;

/// <summary>
/// Rows of a workload as a job in full swing would have them: the first ones are each at another place of their answer, which
/// their prompts then hold up to there. So rows end and begin evenly from the start, and the steady state need not be waited for.
/// </summary>
/// <param name="workload">Their lengths.</param>
/// <param name="vocabulary">Tokens are below this.</param>
/// <param name="startRows">Rows under way at the start.</param>
internal sealed class WorkloadRows(Workload workload, int vocabulary, int startRows)
{
    // A prime beyond any number of rows: rows of a group are not at neighbouring places.
    private const long Stride = 7_919;

    /// <summary>Prompt tokens of the rows that are under way at the start, without what a group computes once.</summary>
    public long StartTokens => (long)(startRows * workload.ComputedPromptTokens) + Enumerable.Range(0, startRows).Sum(row => (long)Progress(row));

    /// <summary>The rows, those of the start first.</summary>
    public List<InferenceRequest> Make(int count) => [.. Enumerable.Range(0, count).Select(Row)];

    private InferenceRequest Row(int row)
    {
        var done = Progress(row);
        var prompt = new int[workload.PromptTokens + done];
        Fill(prompt.AsSpan(0, workload.SharedTokens), -1 - row / workload.GroupRows);
        Fill(prompt.AsSpan(workload.SharedTokens), row);
        return new InferenceRequest(row, (ulong)row, prompt, new SamplingParameters { MaxTokens = workload.OutputTokens - done });
    }

    private int Progress(int row) => row < startRows ? (int)(row * Stride % startRows * workload.OutputTokens / startRows) : 0;

    private void Fill(Span<int> tokens, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = random.Next(vocabulary);
        }
    }
}
