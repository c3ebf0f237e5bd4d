using BatchLLM.Schedules;

namespace BatchLLM.Dashboard;

/// <summary>What a schedule's page shows.</summary>
/// <param name="Glance">The schedule.</param>
/// <param name="Job">Its job file, written for people.</param>
/// <param name="Firings">A page of past firings, the latest first.</param>
/// <param name="IsFirst">True for the first page.</param>
/// <param name="Next">Before when those of the next page were due; null on the last.</param>
/// <param name="Now">The page's time.</param>
public sealed record ScheduleDetailModel(
    ScheduleGlance Glance, string Job, IReadOnlyList<Firing> Firings, bool IsFirst, DateTimeOffset? Next, DateTimeOffset Now);
