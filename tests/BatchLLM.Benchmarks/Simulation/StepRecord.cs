namespace BatchLLM.Benchmarks.Simulation;

/// <summary>One step of a run.</summary>
/// <param name="Work">What it had to do.</param>
/// <param name="UsefulTokens">Positions of sequences in it: all but padding.</param>
/// <param name="PromptTokens">Prompt positions among them; those of a preempted row count again.</param>
/// <param name="Slots">Positions that it had room for: the step's budget, or the padded batch.</param>
/// <param name="Waiting">Rows that were neither live nor finished once it was planned.</param>
/// <param name="KvBlocks">KV blocks held.</param>
internal readonly record struct StepRecord(
    StepWork Work, int UsefulTokens, int PromptTokens, int Slots, int Waiting, int KvBlocks);
