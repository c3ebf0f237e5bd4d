using BatchLLM.Host.Jobs;
using BatchLLM.Postgres.Retention;
using BatchLLM.Retention;

namespace BatchLLM.Host.Retention;

/// <summary>Removes jobs that ended long ago. Output that a user chose the place of is <see cref="ResultRetention"/>'s to remove.</summary>
/// <param name="store">Durable state.</param>
internal sealed class JobRetention(PostgresRetention store)
{
    private const int AtOnce = 100;

    /// <summary>Removes all that are old enough; it may be ended at any moment and begun again.</summary>
    /// <param name="age">How long ago they ended at least.</param>
    /// <param name="resultsExpire">True if results go some time, too: then a job stays until its are gone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BatchLLMException">The database fails, or where a batch's parts are cannot be written to.</exception>
    public async Task<RemovedRows> RemoveAsync(TimeSpan age, bool resultsExpire, CancellationToken cancellationToken)
    {
        var removed = new RemovedRows();
        var passed = new HashSet<long>(); // another server has them, or something refers to them since
        while (await store.ListJobsAsync(age, resultsExpire, passed, AtOnce, cancellationToken) is { Count: > 0 } jobs)
        {
            foreach (var job in jobs)
            {
                var rows = await RemoveAsync(job, age, resultsExpire, cancellationToken);
                removed += rows;
                if (rows.IsNothing)
                {
                    passed.Add(job.Id);
                }
            }
        }

        RemovedRows others;
        do
        {
            others = await store.RemoveOthersAsync(age, cancellationToken);
            removed += others;
        }
        while (!others.IsNothing);
        return removed;
    }

    private async Task<RemovedRows> RemoveAsync(RemovableJob job, TimeSpan age, bool resultsExpire, CancellationToken cancellationToken)
    {
        // If the process dies here, the next finds the job still there, and nothing of it at its place.
        if (job.BatchUri is { } place)
        {
            await DeleteAsync($"{place}/**", cancellationToken);
            await DeleteAsync($"{place}/_*", cancellationToken); // what a glob passes over
        }

        return await store.RemoveJobAsync(job.Id, age, resultsExpire, cancellationToken);
    }

    private static async Task DeleteAsync(string pattern, CancellationToken cancellationToken)
    {
        await foreach (var blob in JobAssembly.Blobs.ListAsync(pattern, cancellationToken))
        {
            await JobAssembly.Blobs.DeleteAsync(blob.Uri, cancellationToken);
        }
    }
}
