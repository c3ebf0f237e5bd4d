namespace BatchLLM.Dashboard;

/// <summary>Rows that failed alike.</summary>
/// <param name="Code">The error's code.</param>
/// <param name="Count">How many there are among those looked at.</param>
/// <param name="Rows">Numbers of the first of them in their files, never what is in them.</param>
public sealed record ErrorClass(string Code, long Count, IReadOnlyList<FailedRow> Rows);
