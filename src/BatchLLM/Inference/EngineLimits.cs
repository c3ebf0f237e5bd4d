namespace BatchLLM.Inference;

/// <summary>What a window's rows must keep to.</summary>
/// <param name="ContextLength">Most positions of prompt and completion together.</param>
/// <param name="VocabularySize">Ids are below this.</param>
public sealed record EngineLimits(int ContextLength, int VocabularySize);
