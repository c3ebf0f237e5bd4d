using BatchLLM.Dashboard;
using BatchLLM.Dashboard.Parts;
using BatchLLM.Jobs;
using BatchLLM.Postgres.Overview;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Reads what a job's page shows.</summary>
/// <param name="overview">What pages show of jobs.</param>
/// <param name="store">What jobs were told to do.</param>
/// <param name="throughput">How fast they were.</param>
/// <param name="errors">Which rows failed.</param>
internal sealed class JobDetailReader(
    PostgresJobOverview overview, IJobStore store, ThroughputReader throughput, ErrorReader errors)
{
    private const int ShardsOnPage = 50;

    /// <summary>Reads it.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="tenant">Whose jobs may be seen; null for everyone's.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null if there is no such job, or if it is another tenant's, which nobody must find out.</returns>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async Task<JobDetailModel?> ReadAsync(JobDetailQuery query, string? tenant, CancellationToken cancellationToken)
    {
        var finding = overview.FindAsync(query.Id, cancellationToken);
        var definition = await store.FindAsync(query.Id, cancellationToken);
        if (await finding is not { } job || definition is null || (tenant ?? job.Tenant) != job.Tenant)
        {
            return null;
        }

        return new JobDetailModel(
            job,
            SetupOf(definition),
            await throughput.ReadAsync(job, cancellationToken),
            await errors.ReadAsync(job, definition, cancellationToken),
            await ShardsAsync(query, cancellationToken));
    }

    /// <summary>What of it changes.</summary>
    /// <param name="query">What is asked for, of a job that is there.</param>
    /// <param name="mayChange">True if buttons are shown.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<LivePage> LookAsync(JobDetailQuery query, bool mayChange, CancellationToken cancellationToken)
    {
        var model = await ReadAsync(query, tenant: null, cancellationToken)
            ?? throw new BatchLLMException($"Job {query.Id} is no longer in the database.");
        var job = model.Job;
        await using var html = new HtmlParts();
        var parts = new Dictionary<string, string>
        {
            ["job-actions"] = await html.RenderAsync<JobActions>(("Job", job), ("MayChange", mayChange)),
            ["job-head"] = await html.RenderAsync<JobHead>(("Job", job), ("Now", job.SeenAt)),
            ["job-canary"] = await html.RenderAsync<CanaryPart>(("Job", job)),
            ["job-throughput"] = await html.RenderAsync<ThroughputPart>(("Chart", model.Throughput)),
            ["job-errors"] = await html.RenderAsync<ErrorPart>(("Sample", model.Errors), ("Job", job), ("MayChange", mayChange)),
            ["job-setup"] = await html.RenderAsync<SetupPart>(("Job", job), ("Setup", model.Setup)),
            ["job-receipt"] = await html.RenderAsync<OutputPart>(("Job", job), ("Output", model.Setup.Output)),
        };
        var ids = new List<string>();
        foreach (var shard in model.Shards.Shards)
        {
            ids.Add(FormattableString.Invariant($"shard-{shard.Index}"));
            parts[ids[^1]] = await html.RenderAsync<ShardRow>(("Shard", shard), ("Now", job.SeenAt));
        }

        // A cancelled job that was planned gets its receipt a while later.
        var isOver = job.IsOver && (job.ReceiptSha256 is not null || job.PlannedAt is null);
        return new LivePage(parts, new Dictionary<string, IReadOnlyList<string>> { ["shards"] = ids }, isOver);
    }

    private static JobSetup SetupOf(Job job) => new(
        job.Definition.Engine,
        job.Definition.Numerics,
        job.Definition.KvCache,
        [.. job.Definition.Inputs.Select(input => input.Uri)],
        job.Definition.OutputUri);

    private async Task<ShardListModel> ShardsAsync(JobDetailQuery query, CancellationToken cancellationToken)
    {
        var found = await overview.ListShardsAsync(
            query.Id, query.After ?? -1, query.OnlyFailed, ShardsOnPage + 1, cancellationToken);
        var page = found.Take(ShardsOnPage).ToList();
        return new ShardListModel(
            page, query.OnlyFailed, IsFirst: query.After is null, found.Count > ShardsOnPage ? page[^1].Index : null);
    }
}
