namespace BatchLLM.Preflight;

/// <summary>The rows of a job that would fail for one reason.</summary>
/// <param name="Code">The error code.</param>
/// <param name="Rows">How many.</param>
/// <param name="Examples">Place and message of the first few.</param>
public sealed record RowProblems(string Code, long Rows, IReadOnlyList<string> Examples);
