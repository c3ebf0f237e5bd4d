using BatchLLM.Inference;

namespace BatchLLM.Benchmarks.Workloads;

/// <summary>A window of rows and how much each would generate; the lengths are the model's secret, not the scheduler's.</summary>
/// <param name="Name">Short, for tables.</param>
/// <param name="Rows">The rows in input order, indices 0 and up.</param>
/// <param name="NaturalLengths">Tokens that the model would generate, its stop token included. // [rows]</param>
internal sealed record Workload(string Name, InferenceRequest[] Rows, int[] NaturalLengths)
{
    /// <summary>Ids are below this: Llama 3's vocabulary.</summary>
    public const int VocabularySize = 128_256;

    /// <summary>Prompt tokens of all rows.</summary>
    public long PromptTokens => Rows.Sum(row => (long)row.PromptTokens.Length);

    /// <summary>Tokens that a row generates: until the model stops, or its max_tokens cuts it.</summary>
    public int OutputTokens(int row) => Math.Min(NaturalLengths[row], Rows[row].Sampling.MaxTokens);

    /// <summary>Positions of a row that are computed: its last token is generated, but never computed.</summary>
    public int Positions(int row) => Rows[row].PromptTokens.Length + OutputTokens(row) - 1;
}
