namespace BatchLLM.Retention;

/// <summary>A job that is over, old enough, and that nothing refers to.</summary>
/// <param name="Id">The job.</param>
/// <param name="BatchUri">Where its output is, if the service itself chose the place: that of a batch. Null if a user did.</param>
public sealed record RemovableJob(long Id, string? BatchUri);
