namespace BatchLLM.Tokens.Words;

/// <summary>Where a match goes on when what is tried fails.</summary>
/// <param name="Instruction">The instruction to go on with, or the run of which fewer characters are consumed.</param>
/// <param name="At">The place; for a run, the last one at which what follows it has not been tried.</param>
/// <param name="RunStart">Where the run begins; -1 if there is none.</param>
/// <param name="TrailCount">How long the trail was.</param>
internal readonly record struct Alternative(int Instruction, int At, int RunStart, int TrailCount);
