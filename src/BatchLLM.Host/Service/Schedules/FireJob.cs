using BatchLLM.Host.Service.Errors;
using BatchLLM.Schedules;
using Quartz;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>What Quartz runs when a schedule is due. Its name is in the database.</summary>
/// <param name="schedules">The schedules.</param>
/// <param name="firing">Makes the job.</param>
/// <param name="log">Where trouble is told.</param>
/// <remarks>
/// A server that dies meanwhile leaves it to another one (recovery); that they may both have begun does no harm, because a
/// firing is recorded once.
/// </remarks>
[DisallowConcurrentExecution]
internal sealed class FireJob(IScheduleStore schedules, ScheduleFiring firing, ServiceLog log) : IJob
{
    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var alarm = ScheduleAlarm.Parse((context is { Recovering: true, RecoveringTriggerKey: { } original } ? original : context.Trigger.Key).Name);
        try
        {
            await FireAsync(alarm, context, cancellationToken);
        }
        catch (BatchLLMException exception) when (exception.IsTransient)
        {
            // The store has waited two minutes already; a firing is not given up for that.
            log.Write($"Schedule {alarm.Schedule}: {exception.Message}");
            throw new JobExecutionException(exception) { RefireImmediately = true };
        }
    }

    private async Task FireAsync(ScheduleAlarm alarm, IJobExecutionContext context, CancellationToken cancellationToken)
    {
        // One of an earlier revision may go off once more: the schedule was changed or paused at this moment.
        if (await schedules.FindAsync(alarm.Schedule, cancellationToken) is not { IsPaused: false } schedule
            || schedule.Revision != alarm.Revision
            || DueTime(schedule, context) is not { } due)
        {
            return;
        }

        try
        {
            await firing.FireAsync(schedule, due, isManual: false, cancellationToken);
        }
        catch (Exception exception) when (exception is not (BatchLLMException { IsTransient: true } or OperationCanceledException))
        {
            await RecordFailureAsync(schedule, due, exception, cancellationToken);
        }
    }

    private async Task RecordFailureAsync(Schedule schedule, DateTimeOffset due, Exception exception, CancellationToken cancellationToken)
    {
        var reason = exception is BatchLLMException
            ? exception.Message
            : $"Unexpected {exception.GetType().Name}. That is a defect of this program; the service's log has the details.";
        // Of a defect not its message, which may hold anything.
        log.Write(FormattableString.Invariant(
            $"Schedule {schedule.Id}: {(exception is BatchLLMException ? reason : $"unexpected {exception.GetType().FullName}:{Environment.NewLine}{exception.StackTrace}")}"));
        await schedules.RecordAsync(
            new NewFiring(schedule.Id, due, IsManual: false) { Outcome = FiringOutcome.Failed, Reason = reason }, cancellationToken);
    }

    private static DateTimeOffset? DueTime(Schedule schedule, IJobExecutionContext context)
    {
        var scheduled = context.ScheduledFireTimeUtc ?? context.FireTimeUtc;
        var actual = context.Recovering
            ? context.MergedJobDataMap.GetDateTimeOffset(SchedulerConstants.FailedJobOriginalTriggerFireTime)
            : context.FireTimeUtc;
        return FireTime.Of(CronTimes.Parse(schedule.Cron, schedule.TimeZone), scheduled, actual);
    }
}
