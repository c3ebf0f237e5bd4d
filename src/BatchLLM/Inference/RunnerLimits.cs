namespace BatchLLM.Inference;

/// <summary>The sizes a runner was built with; they never change while it lives.</summary>
/// <param name="ContextLength">Most positions of one sequence.</param>
/// <param name="VocabularySize">Ids are below this.</param>
/// <param name="StepTokenBudget">Most positions in one step.</param>
/// <param name="StepSequenceBudget">Most slices in one step.</param>
/// <param name="KvBlockTokens">Positions per KV block.</param>
/// <param name="KvBlockCount">KV blocks in all.</param>
/// <param name="StepsInFlight">
/// Most steps begun and not ended: 1, or 2 where a device computes a step while the next one is planned.
/// </param>
public sealed record RunnerLimits(
    int ContextLength,
    int VocabularySize,
    int StepTokenBudget,
    int StepSequenceBudget,
    int KvBlockTokens,
    int KvBlockCount,
    int StepsInFlight = 1);
