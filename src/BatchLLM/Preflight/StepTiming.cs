namespace BatchLLM.Preflight;

/// <summary>One step of the engine.</summary>
/// <param name="PromptPositions">Prompt positions computed.</param>
/// <param name="DecodePositions">Positions of generated tokens computed.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="IsFed">True while rows waited to take the places of those that end, as nearly always in a long job.</param>
public readonly record struct StepTiming(int PromptPositions, int DecodePositions, double Seconds, bool IsFed);
