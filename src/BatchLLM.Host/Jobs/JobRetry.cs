using System.Security.Cryptography;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Jobs;

/// <summary>Has the failed rows of a job that is over computed again. Whoever works on it then does so; nothing runs here.</summary>
internal static class JobRetry
{
    /// <summary>Begins it.</summary>
    /// <param name="store">Durable state.</param>
    /// <param name="job">The job as it was seen to be.</param>
    /// <param name="error">The code of the only error whose rows are computed again; null for all.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null if the job runs now; else why not, for people.</returns>
    /// <exception cref="BatchLLMException">The store failed, or the output cannot be read.</exception>
    public static async Task<string?> BeginAsync(IJobStore store, Job job, string? error, CancellationToken cancellationToken) =>
        RetryRules.Refusal(job)
        ?? (error?.Contains('\0') == true ? RetryRules.NoSuchError(job, error) : null) // no text of the database may hold one
        ?? (await HasItsOutputAsync(job, cancellationToken) ? await store.RetryAsync(job, error, cancellationToken) : RetryRules.OutputIsGone(job));

    /// <summary>Sees now what a worker would find out later, with the job running already.</summary>
    private static async Task<bool> HasItsOutputAsync(Job job, CancellationToken cancellationToken)
    {
        var receipt = JobAssembly.LayoutOf(job, JobFileLoader.Restore(job.Definition.SpecJson, errorBudget: null)).Receipt;
        await foreach (var blob in JobAssembly.Blobs.ListAsync(receipt, cancellationToken))
        {
            await using var stream = await JobAssembly.Blobs.OpenReadAsync(blob.Uri, cancellationToken);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) == job.ReceiptSha256;
        }

        return false;
    }
}
