namespace BatchLLM.Engine.Compare;

/// <summary>One prompt with both models' own completions.</summary>
/// <param name="Lockstep">Model A's completion, and model B along it.</param>
/// <param name="TokenIdsOfB">Model B's own completion, without a closing stop token.</param>
/// <param name="IsFinite">False if a model's logits were not all finite; the completions are then cut off.</param>
public sealed record PairRow(LockstepRow Lockstep, int[] TokenIdsOfB, bool IsFinite);
