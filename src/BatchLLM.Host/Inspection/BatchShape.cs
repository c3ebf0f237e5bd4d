namespace BatchLLM.Host.Inspection;

/// <summary>The batch that a memory estimate is for.</summary>
/// <param name="Sequences">Sequences at once.</param>
/// <param name="Tokens">Positions of each, prompt and completion together.</param>
internal sealed record BatchShape(int Sequences, int Tokens);
