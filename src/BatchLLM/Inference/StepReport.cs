namespace BatchLLM.Inference;

/// <summary>What one step did and what is left, for a display of tokens per second.</summary>
/// <param name="PromptPositions">Prompt positions computed in the step; those of a preempted row count again.</param>
/// <param name="GeneratedTokens">Tokens chosen in the step, closing stop tokens included.</param>
/// <param name="Live">Rows that hold KV blocks after the step.</param>
/// <param name="Waiting">Rows of the windows at hand that are neither live nor finished.</param>
public readonly record struct StepReport(int PromptPositions, int GeneratedTokens, int Live, int Waiting);
