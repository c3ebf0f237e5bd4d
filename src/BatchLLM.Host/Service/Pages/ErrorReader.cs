using System.Text.Json;
using BatchLLM.Dashboard;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Overview;
using BatchLLM.Postgres.Overview;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Reads which of a job's rows failed, from the files that hold them: the database counts rows and knows none.</summary>
/// <param name="overview">Which shards have any.</param>
/// <param name="time">The clock.</param>
internal sealed class ErrorReader(PostgresJobOverview overview, TimeProvider time)
{
    private const int MostShards = 32;

    private const int MostBytes = 1 << 20; // of a file: some thousand rows

    private readonly SparingReader<(long Failed, string? Receipt), ErrorSample> _kept = new(time);

    /// <summary>The first of them, by their errors.</summary>
    public async Task<ErrorSample> ReadAsync(JobGlance job, Job definition, CancellationToken cancellationToken) =>
        job.Counts.Failed == 0 ? ErrorSample.None
            : job.Removal is { } removal ? Trouble($"Their rows are not there any more: {removal.Say()}")
            : await _kept.ReadAsync(
                job.Id,
                (job.Counts.Failed, job.ReceiptSha256),
                mayBeOld: !job.IsOver,
                () => TryReadAsync(job, definition, cancellationToken));

    private async Task<ErrorSample> TryReadAsync(JobGlance job, Job definition, CancellationToken cancellationToken)
    {
        try
        {
            var tally = new ErrorTally();
            foreach (var uri in await FilesAsync(job, definition, cancellationToken))
            {
                tally.Add((await ReadHeadAsync(uri, cancellationToken)).Span);
            }

            return tally.ToSample();
        }
        catch (JsonException)
        {
            return Trouble("The file of failed rows is not what the job wrote; another job may have written to the same output since.");
        }
        catch (BatchLLMException)
        {
            return Trouble("The files of failed rows cannot be read now.");
        }
    }

    private async Task<IEnumerable<string>> FilesAsync(JobGlance job, Job definition, CancellationToken cancellationToken)
    {
        // During a retry the file of before stands, which has the rows of shards too that are not touched.
        if (job.ReceiptSha256 is not null || definition.Retries > 0)
        {
            return [JobAssembly.LayoutOf(definition, JobFileLoader.Restore(definition.Definition.SpecJson, errorBudget: null)).Errors];
        }

        var shards = await overview.ListShardsAsync(job.Id, after: -1, onlyFailed: true, MostShards, cancellationToken);
        return shards.Select(shard => shard.ErrorsUri).OfType<string>();
    }

    private static async Task<ReadOnlyMemory<byte>> ReadHeadAsync(string uri, CancellationToken cancellationToken)
    {
        await using var stream = await JobAssembly.Blobs.OpenReadAsync(uri, cancellationToken);
        var bytes = new byte[Math.Min(stream.Length, MostBytes)];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static ErrorSample Trouble(string text) => ErrorSample.None with { Trouble = text };
}
