namespace BatchLLM.Checkpoints.Onnx.Writing;

/// <summary>What genai_config.json says about generating, from the source model's config.json and generation_config.json.</summary>
/// <param name="BosTokenId">Begins a text.</param>
/// <param name="EosTokenIds">Each ends a completion; one or more.</param>
/// <param name="PadTokenId">Fills up; null for the first of the ends.</param>
/// <param name="DoSample">False for greedy.</param>
/// <param name="Temperature">1 for none.</param>
/// <param name="TopP">1 for none.</param>
public sealed record GenerationDefaults(
    int BosTokenId, IReadOnlyList<int> EosTokenIds, int? PadTokenId, bool DoSample, double Temperature, double TopP);
