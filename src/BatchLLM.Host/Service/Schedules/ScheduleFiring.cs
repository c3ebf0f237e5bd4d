using System.Text;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Schedules;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>Makes a schedule's job at its time, or records why there is none.</summary>
/// <param name="schedules">The schedules.</param>
/// <param name="store">Jobs, to cancel earlier ones.</param>
/// <param name="intake">Reads the job as if it were handed in now.</param>
internal sealed class ScheduleFiring(IScheduleStore schedules, IJobStore store, JobIntake intake)
{
    /// <summary>Fires it. A firing that was dealt with already stays what it is, so this can be repeated.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="fireTime">When it was due.</param>
    /// <param name="isManual">Somebody asked for it: whatever is not over, there is a job, which waits for the earlier ones.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What became of it; null if the schedule is gone.</returns>
    /// <exception cref="BatchLLMException">The store failed, or an earlier job's output cannot be published.</exception>
    public async Task<Firing?> FireAsync(Schedule schedule, DateTimeOffset fireTime, bool isManual, CancellationToken cancellationToken) =>
        await schedules.FindFiringAsync(schedule.Id, fireTime, cancellationToken)
        ?? await schedules.RecordAsync(await DecideAsync(schedule, new(schedule.Id, fireTime, isManual), cancellationToken), cancellationToken);

    private async Task<NewFiring> DecideAsync(Schedule schedule, NewFiring firing, CancellationToken cancellationToken)
    {
        var read = Read(schedule, firing.FireTime, await schedules.FindLastOutputAsync(schedule.Id, cancellationToken));
        if (read.Spec is not { } spec)
        {
            return firing with { Outcome = FiringOutcome.Failed, Reason = string.Join("; ", read.Problems.Select(problem => problem.Message)) };
        }

        if (!firing.IsManual && await MakeRoomAsync(schedule, firing.FireTime, cancellationToken) is { } reason)
        {
            return firing with { Outcome = FiringOutcome.Skipped, Reason = reason };
        }

        return firing with
        {
            Submission = new JobSubmission(spec.Name, JobSpecJson.Write(spec), spec.Model, spec.Output.Uri)
            {
                Tenant = schedule.Tenant,
                Priority = schedule.Priority,
            },
        };
    }

    private JobFileResult Read(Schedule schedule, DateTimeOffset fireTime, string? lastOutput)
    {
        var zone = CronTimes.Parse(schedule.Cron, schedule.TimeZone).Zone;
        return intake.Read(Encoding.UTF8.GetBytes(schedule.SpecJson), FireMoment.Of(fireTime, zone, schedule.Name), lastOutput);
    }

    // Why the firing is skipped; null if it makes a job.
    private async Task<string?> MakeRoomAsync(Schedule schedule, DateTimeOffset fireTime, CancellationToken cancellationToken)
    {
        var live = await schedules.ListLiveJobsAsync(schedule.Id, fireTime, cancellationToken);
        var decision = OverlapDecision.Of(schedule.Overlap, live);
        foreach (var id in decision.Cancel)
        {
            await CancelAsync(id, $"cancelled by the next firing of the schedule {schedule.Name}", cancellationToken);
        }

        return decision.SkipReason;
    }

    private async Task CancelAsync(long id, string reason, CancellationToken cancellationToken)
    {
        if (await store.CancelAsync(id, reason, cancellationToken)
            && await store.FindAsync(id, cancellationToken) is { } job)
        {
            await JobAssembly.PublisherOf(job, store).PublishAsync(id, cancellationToken);
        }
    }
}
