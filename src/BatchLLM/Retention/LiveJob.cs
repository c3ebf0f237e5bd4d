namespace BatchLLM.Retention;

/// <summary>A job that is not over, and what it is to read.</summary>
/// <param name="Id">The job.</param>
/// <param name="Name">Its name.</param>
/// <param name="SpecJson">What was handed in: its patterns decide until it is planned.</param>
/// <param name="Inputs">Absolute URIs of its input files; null before it is planned.</param>
public sealed record LiveJob(long Id, string Name, string SpecJson, IReadOnlyList<string>? Inputs);
