using System.Globalization;
using System.Threading.Channels;
using BatchLLM.Host.Service.Errors;
using BatchLLM.Schedules;
using Microsoft.Extensions.Hosting;
using Quartz;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>
/// Keeps Quartz's triggers what the schedules say, and lets Quartz fire them: on one of all the servers that share the database.
/// </summary>
/// <param name="factory">Quartz, with its store in the database.</param>
/// <param name="schedules">The schedules.</param>
/// <param name="log">Where trouble is told.</param>
/// <param name="time">The clock.</param>
/// <remarks>
/// Schedules are not scheduled by the requests that make them: two stores would have to change as one, and a server can die
/// between them. This looks after every change, and each minute for what other servers left undone.
/// </remarks>
internal sealed class ScheduleClock(ISchedulerFactory factory, IScheduleStore schedules, ServiceLog log, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan TimeToLeave = TimeSpan.FromSeconds(3);

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private IScheduler? _scheduler; // once there is one, until it is stopped

    /// <summary>Says that a schedule was made, changed or removed.</summary>
    public void Look() => _changes.Writer.TryWrite(true);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (Interlocked.Exchange(ref _scheduler, null) is { } scheduler)
        {
            await LeaveAsync(scheduler, cancellationToken);
        }
    }

    // Quartz waits for its database as long as it is away; a server that is to end must not.
    private async Task LeaveAsync(IScheduler scheduler, CancellationToken cancellationToken)
    {
        try
        {
            await scheduler.Shutdown(waitForJobsToComplete: true, cancellationToken).AsTask().WaitAsync(TimeToLeave, time, CancellationToken.None);
        }
        catch (Exception exception) when (exception is TimeoutException or SchedulerException or OperationCanceledException)
        {
            log.Write($"Schedules: ended without leave ({exception.GetType().Name}); another server takes over what was begun.");
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await TryKeepAsync(stoppingToken);
            await WaitAsync(stoppingToken);
        }
    }

    private async Task TryKeepAsync(CancellationToken stopping)
    {
        try
        {
            var active = (await schedules.ListAsync(tenant: null, stopping)).Where(schedule => !schedule.IsPaused).ToDictionary(KeyOf);
            // Quartz asks the database every few seconds; a service without schedules need not.
            if (active.Count > 0 || _scheduler is not null)
            {
                await KeepAsync(_scheduler ??= await factory.GetScheduler(stopping), active, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception exception) when (exception is BatchLLMException or SchedulerException)
        {
            log.Write($"Schedules: {(exception is BatchLLMException ? exception.Message : exception.GetType().Name)}; looked at again in a minute.");
        }
    }

    private async Task KeepAsync(IScheduler scheduler, Dictionary<TriggerKey, Schedule> active, CancellationToken stopping)
    {
        var set = await scheduler.GetTriggerKeys(GroupMatcher<TriggerKey>.GroupEquals(ScheduleAlarm.Group), stopping);
        await scheduler.UnscheduleJobs([.. set.Where(key => !active.ContainsKey(key))], stopping);
        foreach (var schedule in active.Where(item => !set.Contains(item.Key)))
        {
            await SetAsync(scheduler, schedule.Value, stopping);
        }

        if (scheduler.Status != SchedulerStatus.Running)
        {
            // Not before: what was missed while no server ran is looked for at the start.
            await scheduler.Start(stopping);
        }
    }

    private async Task SetAsync(IScheduler scheduler, Schedule schedule, CancellationToken stopping)
    {
        var misfire = schedule.Misfire == MisfireRule.Skip
            ? CronTriggerMisfireInstruction.DoNothing
            : CronTriggerMisfireInstruction.FireAndProceed;
        var job = JobBuilder.Create<FireJob>()
            .WithIdentity(schedule.Id.ToString(CultureInfo.InvariantCulture), ScheduleAlarm.Group)
            .RequestRecovery()
            .Build();
        var trigger = TriggerBuilder.Create(time)
            .WithIdentity(KeyOf(schedule))
            // From the change on, not from now: a server that died before it came to this must not make a firing be missed.
            .StartAt(schedule.UpdatedAt)
            .WithSchedule(CronScheduleBuilder
                .Create(CronTimes.Parse(schedule.Cron, schedule.TimeZone).Expression)
                .WithMisfireInstruction(misfire))
            .Build();
        await scheduler.ScheduleJob(job, trigger, ScheduleJobOptions.Replacing, stopping);
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(Interval, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            await _changes.Reader.ReadAsync(ending.Token);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static TriggerKey KeyOf(Schedule schedule) =>
        new(new ScheduleAlarm(schedule.Id, schedule.Revision).ToString(), ScheduleAlarm.Group);
}
