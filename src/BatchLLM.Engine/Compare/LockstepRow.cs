namespace BatchLLM.Engine.Compare;

/// <summary>
/// One prompt, completed greedily by model A while model B was given A's tokens: what B would have said at each position.
/// </summary>
/// <param name="Index">The request's index.</param>
/// <param name="TokenIds">A's completion, without a closing stop token. // [at most max tokens]</param>
/// <param name="Positions">Choices that were compared: A's tokens, a closing stop token included.</param>
/// <param name="SameChoices">Of those, how often B's most likely token was A's.</param>
/// <param name="KlSum">Sum of KL(P_A || P_B) over the positions, in nats.</param>
/// <param name="KlMax">The largest of them.</param>
/// <param name="IsFinite">False if a model's logits were not all finite; the row then ended there.</param>
public sealed record LockstepRow(
    int Index, int[] TokenIds, int Positions, int SameChoices, double KlSum, double KlMax, bool IsFinite);
