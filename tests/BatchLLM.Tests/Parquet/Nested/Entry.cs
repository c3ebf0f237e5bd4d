namespace BatchLLM.Tests.Parquet.Nested;

/// <summary>One entry of a nested column as it stands in the file.</summary>
/// <param name="Repetition">Repetition level.</param>
/// <param name="Definition">Definition level.</param>
/// <param name="Value">In the PLAIN encoding; null where there is none.</param>
internal sealed record Entry(int Repetition, int Definition, byte[]? Value);
