using BatchLLM.Schedules;

namespace BatchLLM.Dashboard;

/// <summary>What a page shows of a schedule.</summary>
/// <param name="Schedule">The schedule.</param>
/// <param name="Next">When it fires next, in its zone; none while it is paused.</param>
/// <param name="Latest">Its latest firing; null before the first.</param>
public sealed record ScheduleGlance(Schedule Schedule, IReadOnlyList<DateTimeOffset> Next, Firing? Latest);
