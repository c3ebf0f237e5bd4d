namespace BatchLLM.Host.Bench;

/// <summary>What one combination came to.</summary>
/// <param name="Combination">The workload.</param>
/// <param name="Prompts">All prompts, and nothing else; null with shared prefixes, which no lockstep run shares.</param>
/// <param name="Outputs">All sequences token by token in lockstep behind their prompts; null with shared prefixes.</param>
/// <param name="TotalTokensPerSecond">Prompt and output tokens over the time of both, as llama-batched-bench counts.</param>
/// <param name="Mixed">The same sequences as the scheduler runs them: output tokens and prompt chunks in one step.</param>
/// <param name="ResidentBytes">Memory that the process held afterwards.</param>
internal sealed record BenchResult(
    BenchCombination Combination,
    BenchPhase? Prompts,
    BenchPhase? Outputs,
    double? TotalTokensPerSecond,
    BenchPhase Mixed,
    long ResidentBytes);
