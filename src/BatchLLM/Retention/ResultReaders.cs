namespace BatchLLM.Retention;

/// <summary>Who is yet to read files.</summary>
/// <param name="Jobs">Jobs that are not over.</param>
/// <param name="Schedules">Schedules, paused ones too.</param>
public sealed record ResultReaders(IReadOnlyList<LiveJob> Jobs, IReadOnlyList<ComingFirings> Schedules);
