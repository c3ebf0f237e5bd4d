using BatchLLM.Jobs;
using BatchLLM.Postgres.Database;
using BatchLLM.Schedules;

namespace BatchLLM.Postgres.Schedules;

/// <summary>Schedules in PostgreSQL. When they fire is Quartz's business, in tables of its own beside these.</summary>
public sealed class PostgresScheduleStore(PostgresDatabase database) : IScheduleStore
{
    /// <inheritdoc/>
    public Task<Schedule> CreateAsync(string tenant, ScheduleDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var parameters = Parameters(definition, id: 0, tenant, Guid.NewGuid());
        return database.RunAsync(
            async session => (await session.FindAsync<ScheduleRow>("Schedules/create_schedule.sql", parameters)
                ?? await session.FindAsync<ScheduleRow>("Schedules/find_created.sql", parameters)
                ?? throw new ScheduleNameTakenException(definition.Name)).ToSchedule(),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Schedule?> FindAsync(long id, CancellationToken cancellationToken) =>
        database.RunAsync(session => FindAsync(session, id), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Schedule>> ListAsync(string? tenant, CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            var rows = await session.QueryAsync<ScheduleRow>("Schedules/list_schedules.sql", new { Tenant = tenant });
            return (IReadOnlyList<Schedule>)[.. rows.Select(row => row.ToSchedule())];
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<Schedule?> ReplaceAsync(long id, ScheduleDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return ReplaceAsync(definition, Parameters(definition, id, tenant: null, request: null), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Schedule?> ChangeAsync(Schedule read, ScheduleDefinition definition, bool isPaused, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(definition);
        return ReplaceAsync(
            definition, Parameters(definition, read.Id, tenant: null, request: null, read.Revision, isPaused), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Schedule?> PauseAsync(long id, bool isPaused, CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            await session.ExecuteAsync("Schedules/pause_schedule.sql", new { Id = id, IsPaused = isPaused });
            return await FindAsync(session, id);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken) => database.RunAsync(
        async session => await session.ExecuteAsync("Schedules/delete_schedule.sql", new { Id = id }) == 1 || session.IsRepeated,
        cancellationToken);

    /// <inheritdoc/>
    public Task<Firing?> FindFiringAsync(long id, DateTimeOffset fireTime, CancellationToken cancellationToken) =>
        database.RunAsync(session => FindFiringAsync(session, id, fireTime), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Firing>> ListFiringsAsync(
        long id, DateTimeOffset? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var parameters = new { ScheduleId = id, Before = before?.ToUniversalTime(), Limit = limit };
        return database.RunAsync(
            async session =>
            {
                var rows = await session.QueryAsync<FiringRow>("Schedules/list_firings.sql", parameters);
                return (IReadOnlyList<Firing>)[.. rows.Select(row => row.ToFiring())];
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Firing>> ListLatestAsync(string? tenant, CancellationToken cancellationToken) => database.RunAsync(
        async session =>
        {
            var rows = await session.QueryAsync<FiringRow>("Schedules/list_latest.sql", new { Tenant = tenant });
            return (IReadOnlyList<Firing>)[.. rows.Select(row => row.ToFiring())];
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> ListLiveJobsAsync(
        long id, DateTimeOffset exceptFireTime, CancellationToken cancellationToken) => database.RunAsync(
        session => session.QueryAsync<long>(
            "Schedules/list_live_jobs.sql", new { ScheduleId = id, FireTime = exceptFireTime.ToUniversalTime() }),
        cancellationToken);

    /// <inheritdoc/>
    public Task<string?> FindLastOutputAsync(long id, CancellationToken cancellationToken) => database.RunAsync(
        session => session.FindAsync<string>("Schedules/find_last_output.sql", new { ScheduleId = id }), cancellationToken);

    /// <inheritdoc/>
    public Task<Firing?> RecordAsync(NewFiring firing, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(firing);
        return database.RunAsync(
            async session =>
            {
                if (await session.FindAsync<string>("Schedules/lock_schedule.sql", new { firing.ScheduleId }) is null)
                {
                    return null;
                }

                return await FindFiringAsync(session, firing.ScheduleId, firing.FireTime) ?? await InsertAsync(session, firing);
            },
            cancellationToken);
    }

    private Task<Schedule?> ReplaceAsync(ScheduleDefinition definition, object parameters, CancellationToken cancellationToken) => database.RunAsync(
        async session => await session.FindAsync<bool>("Schedules/is_name_taken.sql", parameters)
            ? throw new ScheduleNameTakenException(definition.Name)
            : (await session.FindAsync<ScheduleRow>("Schedules/replace_schedule.sql", parameters))?.ToSchedule(),
        cancellationToken);

    private static async Task<Schedule?> FindAsync(Session session, long id) =>
        (await session.FindAsync<ScheduleRow>("Schedules/find_schedule.sql", new { Id = id }))?.ToSchedule();

    private static async Task<Firing?> FindFiringAsync(Session session, long id, DateTimeOffset fireTime) =>
        (await session.FindAsync<FiringRow>(
            "Schedules/find_firing.sql", new { ScheduleId = id, FireTime = fireTime.ToUniversalTime() }))?.ToFiring();

    private static async Task<Firing?> InsertAsync(Session session, NewFiring firing)
    {
        var fireTime = firing.FireTime.ToUniversalTime();
        long? jobId = firing.Submission is { } submission
            ? await session.FindAsync<long>("Schedules/insert_job.sql", JobParameters(submission, firing.ScheduleId, fireTime))
            : null;
        await session.ExecuteAsync("Schedules/insert_firing.sql", new
        {
            firing.ScheduleId,
            FireTime = fireTime,
            firing.IsManual,
            Outcome = firing.Outcome.ToString().ToLowerInvariant(),
            firing.Reason,
            JobId = jobId,
        });
        return await FindFiringAsync(session, firing.ScheduleId, fireTime);
    }

    private static object JobParameters(JobSubmission submission, long scheduleId, DateTimeOffset fireTime) => new
    {
        Request = Guid.NewGuid(),
        submission.Name,
        Spec = submission.SpecJson,
        submission.Model,
        submission.OutputUri,
        submission.Tenant,
        submission.Priority,
        ScheduleId = scheduleId,
        FireTime = fireTime,
    };

    private static object Parameters(
        ScheduleDefinition definition, long id, string? tenant, Guid? request, long? revision = null, bool? isPaused = null) => new
        {
            Id = id,
            Request = request,
            Tenant = tenant,
            Revision = revision,
            IsPaused = isPaused,
            definition.Name,
            definition.Cron,
            definition.TimeZone,
            Misfire = RuleNames.Of(definition.Misfire),
            Overlap = RuleNames.Of(definition.Overlap),
            definition.Priority,
            Spec = JobSpecJson.Write(definition.Job),
        };
}
