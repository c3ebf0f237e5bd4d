namespace BatchLLM.Schedules;

/// <summary>Schedules and what became of their firings. Every operation is atomic, and safe to repeat after a lost connection.</summary>
public interface IScheduleStore
{
    /// <summary>Keeps a new schedule.</summary>
    /// <exception cref="ScheduleNameTakenException">The tenant has another one of that name.</exception>
    Task<Schedule> CreateAsync(string tenant, ScheduleDefinition definition, CancellationToken cancellationToken);

    /// <summary>The schedule, or null.</summary>
    Task<Schedule?> FindAsync(long id, CancellationToken cancellationToken);

    /// <summary>The schedules by name.</summary>
    /// <param name="tenant">Whose; null for everyone's.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<IReadOnlyList<Schedule>> ListAsync(string? tenant, CancellationToken cancellationToken);

    /// <summary>Changes everything of a schedule but whose it is and whether it is paused. Null if there is none.</summary>
    /// <exception cref="ScheduleNameTakenException">The tenant has another one of that name.</exception>
    Task<Schedule?> ReplaceAsync(long id, ScheduleDefinition definition, CancellationToken cancellationToken);

    /// <summary>
    /// Changes everything of a schedule but whose it is, if it is still as it was read. Null if it is not, or if there is none.
    /// </summary>
    /// <param name="read">The schedule as it was read.</param>
    /// <param name="definition">What it is to be.</param>
    /// <param name="isPaused">Whether it is to be paused.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ScheduleNameTakenException">The tenant has another one of that name.</exception>
    Task<Schedule?> ChangeAsync(Schedule read, ScheduleDefinition definition, bool isPaused, CancellationToken cancellationToken);

    /// <summary>Pauses or resumes it; one that is so already stays as it is. Null if there is none.</summary>
    Task<Schedule?> PauseAsync(long id, bool isPaused, CancellationToken cancellationToken);

    /// <summary>Removes it and its firings; their jobs stay. False if there is none.</summary>
    Task<bool> DeleteAsync(long id, CancellationToken cancellationToken);

    /// <summary>What became of a firing; null if nothing has yet.</summary>
    Task<Firing?> FindFiringAsync(long id, DateTimeOffset fireTime, CancellationToken cancellationToken);

    /// <summary>Past firings, the latest first.</summary>
    /// <param name="id">The schedule.</param>
    /// <param name="before">Only earlier ones; null for all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<IReadOnlyList<Firing>> ListFiringsAsync(
        long id, DateTimeOffset? before, int limit, CancellationToken cancellationToken);

    /// <summary>The latest firing of each schedule that has one.</summary>
    /// <param name="tenant">Of whose; null for everyone's.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<IReadOnlyList<Firing>> ListLatestAsync(string? tenant, CancellationToken cancellationToken);

    /// <summary>Jobs of its other firings that are not over, the oldest first.</summary>
    Task<IReadOnlyList<long>> ListLiveJobsAsync(long id, DateTimeOffset exceptFireTime, CancellationToken cancellationToken);

    /// <summary>The output directory of its latest firing whose job is completed; null if there is none.</summary>
    Task<string?> FindLastOutputAsync(long id, CancellationToken cancellationToken);

    /// <summary>
    /// Records a firing, and makes its job in the same transaction; or returns what was recorded of it before. Null if the
    /// schedule is gone.
    /// </summary>
    Task<Firing?> RecordAsync(NewFiring firing, CancellationToken cancellationToken);
}
