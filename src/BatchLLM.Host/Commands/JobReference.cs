using System.Globalization;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary>Finds the job that a user means by a number or a name.</summary>
internal static class JobReference
{
    private const int Newest = 1000;

    /// <summary>The job of that number, or the newest of that name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static async Task<Job> FindAsync(IJobStore store, string reference, CancellationToken cancellationToken) =>
        await TryFindAsync(store, reference, cancellationToken)
        ?? throw new UsageException($"There is no job '{reference}'. `batchllm status` lists the newest jobs.");

    /// <summary>The newest job that is running or paused.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static async Task<Job> FindUnfinishedAsync(IJobStore store, CancellationToken cancellationToken) =>
        (await store.ListAsync(Newest, cancellationToken))
            .FirstOrDefault(job => job.State is JobState.Running or JobState.Paused)
        ?? throw new UsageException("No job is running or paused, so there is nothing to resume.");

    private static async Task<Job?> TryFindAsync(
        IJobStore store, string reference, CancellationToken cancellationToken) =>
        long.TryParse(reference, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? await store.FindAsync(id, cancellationToken)
            : (await store.ListAsync(Newest, cancellationToken))
                .FirstOrDefault(job => job.Definition.Name == reference);
}
