using BatchLLM.Batches;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Service.OpenAi.Keeping;

/// <summary>
/// Ends batches: writes what became of their requests to files as the API knows them. Every step can be repeated: names and
/// bytes are the same each time.
/// </summary>
/// <param name="batches">Durable state.</param>
/// <param name="jobs">The jobs that they became.</param>
/// <param name="places">Where files go.</param>
/// <param name="log">What happens.</param>
internal sealed class BatchFinish(IBatchStore batches, IJobStore jobs, OpenAiPlaces places, BatchLog log)
{
    /// <summary>Ends a batch that has nothing left to run.</summary>
    /// <exception cref="BatchLLMException">The store failed, or a file cannot be read or written.</exception>
    public async Task FinishAsync(Batch batch, CancellationToken cancellationToken)
    {
        var end = BatchSteps.EndOf(batch);
        var (output, errors) = batch.Job is { } job ? await WriteAsync(batch, end, job.Id, cancellationToken) : (null, null);

        // If the process dies here, the files stand and nobody knows them; the next writes them again.
        await batches.FinishAsync(batch.Id, end, output, errors, cancellationToken);
        log.Write(batch.Id, $"{BatchStatuses.Name(end)}.");
    }

    private async Task<(NewFile? Output, NewFile? Errors)> WriteAsync(
        Batch batch, BatchStatus end, long jobId, CancellationToken cancellationToken)
    {
        var found = await jobs.FindAsync(jobId, cancellationToken)
            ?? throw new BatchLLMException($"Job {jobId} is no longer in the database.");
        var job = await JobAssembly.PublisherOf(found, jobs).PublishAsync(jobId, cancellationToken);
        var spec = JobFileLoader.Restore(job.Definition.SpecJson, errorBudget: null);
        var results = new BatchResults(job, spec, await jobs.ListCommittedAsync(jobId, cancellationToken));
        return (
            await WriteAsync(batch, "output", (lines, token) => WriteAnswersAsync(results, lines, token), cancellationToken),
            await WriteAsync(batch, "error", (lines, token) => WriteErrorsAsync(results, end, lines, token), cancellationToken));
    }

    /// <summary>Writes a file; null if nothing is in it.</summary>
    private async Task<NewFile?> WriteAsync(
        Batch batch, string kind, Func<BatchLineWriter, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var id = OpenAiIds.FileOf(batch.Id, kind);
        var uri = places.Output(batch.Id, id);
        var content = await JobAssembly.Blobs.WriteAsync(
            uri,
            async (stream, token) =>
            {
                await using var lines = new BatchLineWriter(stream, batch);
                await write(lines, token);
                await lines.FlushAsync(token);
            },
            cancellationToken);
        if (content.Length == 0)
        {
            await JobAssembly.Blobs.DeleteAsync(uri, cancellationToken);
            return null;
        }

        return new NewFile(id, batch.Tenant, FilePurpose.BatchOutput, $"{batch.Id}_{kind}.jsonl", uri, content)
        {
            Lifetime = batch.OutputLifetime,
        };
    }

    private static async Task WriteAnswersAsync(BatchResults results, BatchLineWriter lines, CancellationToken cancellationToken)
    {
        await foreach (var answer in results.AnswersAsync(cancellationToken))
        {
            await lines.WriteAsync(answer, cancellationToken);
        }
    }

    private static async Task WriteErrorsAsync(
        BatchResults results, BatchStatus end, BatchLineWriter lines, CancellationToken cancellationToken)
    {
        await foreach (var (row, id, error) in results.FailuresAsync(cancellationToken))
        {
            await lines.WriteAsync(row, id, error, cancellationToken);
        }

        await foreach (var (row, id) in results.UnrunAsync(cancellationToken))
        {
            await lines.WriteUnrunAsync(row, id, end, cancellationToken);
        }
    }
}
