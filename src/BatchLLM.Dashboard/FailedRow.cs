namespace BatchLLM.Dashboard;

/// <summary>Where a row is that failed.</summary>
/// <param name="File">Its file's name, without folders.</param>
/// <param name="Row">Its 1-based number in the file.</param>
public sealed record FailedRow(string File, long Row);
