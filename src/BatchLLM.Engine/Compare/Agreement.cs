namespace BatchLLM.Engine.Compare;

/// <summary>How far two models agree on the same prompts. "Forced": both given model A's completion.</summary>
/// <param name="IdenticalRows">Share of rows whose completions are the same tokens.</param>
/// <param name="EqualTokens">Share of positions, up to the longer completion's end, with the same token.</param>
/// <param name="DivergedRows">Rows whose completions differ.</param>
/// <param name="FirstDivergenceMean">Equal tokens before their first difference, on average; null if there are none.</param>
/// <param name="FirstDivergenceMedian">The same, in the middle; null if there are none.</param>
/// <param name="RougeL">Mean ROUGE-L F1 between the completions.</param>
/// <param name="ForcedPositions">Positions at which the distributions were compared.</param>
/// <param name="ForcedTop1">Share of them at which both have the same most likely token.</param>
/// <param name="KlMean">Mean of KL(P_A || P_B) over them, in nats.</param>
/// <param name="KlMax">The largest of them.</param>
public sealed record Agreement(
    double IdenticalRows,
    double EqualTokens,
    int DivergedRows,
    double? FirstDivergenceMean,
    double? FirstDivergenceMedian,
    double RougeL,
    long ForcedPositions,
    double ForcedTop1,
    double KlMean,
    double KlMax);
