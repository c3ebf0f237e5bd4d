namespace BatchLLM.Host.Bench;

/// <summary>One workload: sequences of equal length that all begin at once.</summary>
/// <param name="Prompt">Tokens of each prompt.</param>
/// <param name="Output">Tokens that each sequence generates and computes.</param>
/// <param name="Batch">Sequences.</param>
/// <param name="Shared">Tokens that the prompts of one group begin with; 0 for none.</param>
/// <param name="Group">Sequences of a group.</param>
internal sealed record BenchCombination(int Prompt, int Output, int Batch, int Shared, int Group)
{
    /// <summary>
    /// Positions that a sequence computes. The token that its last position chooses is one more than those, because peers'
    /// figures count positions.
    /// </summary>
    public int Positions => Prompt + Output;

    /// <summary>Prompt and output tokens of all sequences.</summary>
    public long Tokens => (long)Batch * Positions;
}
