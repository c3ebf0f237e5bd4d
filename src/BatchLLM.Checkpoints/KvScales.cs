namespace BatchLLM.Checkpoints;

/// <summary>Scales of one layer's FP8 KV cache: stored = E4M3(x / scale). 1 where the checkpoint has none.</summary>
/// <param name="Key">Of keys, after rotation.</param>
/// <param name="Value">Of values.</param>
public sealed record KvScales(float Key, float Value);
