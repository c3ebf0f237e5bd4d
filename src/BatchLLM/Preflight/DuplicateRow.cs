using BatchLLM.Rows;

namespace BatchLLM.Preflight;

/// <summary>A row with prompt and sampling of an earlier one.</summary>
/// <param name="Row">Where it stands.</param>
/// <param name="First">Where the first row like it stands.</param>
public sealed record DuplicateRow(RowLocation Row, RowLocation First);
