namespace BatchLLM.Host.Service.Schedules;

/// <summary>The schedules by name.</summary>
/// <param name="Schedules">The schedules.</param>
internal sealed record ScheduleList(IReadOnlyList<ScheduleView> Schedules);
