namespace BatchLLM.Overview;

/// <summary>What was committed in one of a job's intervals of equal length.</summary>
/// <param name="Index">Its number, from 0, when the job was planned; intervals without a commit are left out.</param>
/// <param name="PromptTokens">Tokens of prompts.</param>
/// <param name="CompletionTokens">Tokens generated.</param>
/// <param name="Rows">Rows that ended.</param>
public sealed record ThroughputInterval(int Index, long PromptTokens, long CompletionTokens, long Rows);
