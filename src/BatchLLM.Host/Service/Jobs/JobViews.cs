using BatchLLM.Jobs;
using BatchLLM.Overview;
using BatchLLM.Postgres.Overview;

namespace BatchLLM.Host.Service.Jobs;

/// <summary>Shows jobs with the time that they will still take, which is read of those that run.</summary>
/// <param name="overview">Knows how fast they are.</param>
internal sealed class JobViews(PostgresJobOverview overview)
{
    /// <summary>Shows one.</summary>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async Task<JobView> OfAsync(Job job, CancellationToken cancellationToken) => (await OfAsync([job], cancellationToken))[0];

    /// <summary>Shows some, in their order.</summary>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async Task<IReadOnlyList<JobView>> OfAsync(IReadOnlyList<Job> jobs, CancellationToken cancellationToken)
    {
        var running = jobs.Where(job => job.State == JobState.Running).Select(job => job.Id).ToList();
        var glances = running.Count == 0 ? [] : await overview.FindAsync(running, cancellationToken);
        var left = glances.ToDictionary(glance => glance.Id, glance => TimeLeft.Of(glance, glance.SeenAt));
        return [.. jobs.Select(job => JobView.Of(job, left.GetValueOrDefault(job.Id)))];
    }
}
