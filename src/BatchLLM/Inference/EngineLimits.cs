namespace BatchLLM.Inference;

/// <summary>What a window's rows must keep to, and how many the engine works on together.</summary>
/// <param name="ContextLength">Most positions of prompt and completion together.</param>
/// <param name="VocabularySize">Ids are below this.</param>
/// <param name="ConcurrentRows">
/// Most rows under way at once. When no more than these are left of a window, the rows of the next fill the places that
/// come free.
/// </param>
public sealed record EngineLimits(int ContextLength, int VocabularySize, int ConcurrentRows);
