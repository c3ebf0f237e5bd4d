using BatchLLM.Rows;

namespace BatchLLM.Preflight;

/// <summary>A row whose prompt is too long.</summary>
/// <param name="Row">Where it stands.</param>
/// <param name="Tokens">Tokens of its prompt.</param>
/// <param name="Limit">What the context leaves after max_tokens.</param>
/// <param name="CutTo">Tokens left of it; null if it fails.</param>
public sealed record OverlongRow(RowLocation Row, int Tokens, int Limit, int? CutTo);
