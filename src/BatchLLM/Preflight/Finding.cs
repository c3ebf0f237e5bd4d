using BatchLLM.Prompts;
using BatchLLM.Rows;

namespace BatchLLM.Preflight;

/// <summary>Something that a preflight found about one row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Error">Why it would fail; null if it would not.</param>
/// <param name="Overlong">How its prompt is too long; null if it is not.</param>
/// <param name="First">The first row with the same prompt and sampling; null if this is not about that.</param>
public sealed record Finding(RowLocation Row, RowError? Error, OverlongPrompt? Overlong, RowLocation? First);
