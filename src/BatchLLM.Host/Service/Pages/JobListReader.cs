using BatchLLM.Dashboard;
using BatchLLM.Dashboard.Parts;
using BatchLLM.Overview;
using BatchLLM.Postgres.Overview;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Reads what the page of jobs shows, by two statements.</summary>
/// <param name="overview">What pages show of jobs.</param>
internal sealed class JobListReader(PostgresJobOverview overview)
{
    private const int JobsOnPage = 50;

    /// <summary>Reads it.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="tenant">Whose jobs; null for everyone's.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BatchLLMException">The database fails.</exception>
    public async Task<JobListModel> ReadAsync(JobListQuery query, string? tenant, CancellationToken cancellationToken)
    {
        var filter = new JobGlanceFilter
        {
            Tenant = tenant,
            State = query.State,
            Text = query.Text.Length > 0 ? query.Text : null,
            After = query.After,
        };
        var counting = overview.CountAsync(tenant, cancellationToken);
        // One more than shown says whether another page follows.
        var found = await overview.ListAsync(filter, JobsOnPage + 1, cancellationToken);
        var page = found.Take(JobsOnPage).ToList();
        var next = found.Count > JobsOnPage ? query with { After = JobPlace.Of(page[^1]) } : null;
        return new JobListModel(
            await counting, page, query.State, query.Text, IsFirst: query.After is null, Next: next?.ToString());
    }

    /// <summary>What of it changes.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="tenant">Whose jobs; null for everyone's.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<LivePage> LookAsync(JobListQuery query, string? tenant, CancellationToken cancellationToken)
    {
        var model = await ReadAsync(query, tenant, cancellationToken);
        await using var html = new HtmlParts();
        var parts = new Dictionary<string, string> { ["board"] = await html.RenderAsync<BoardPart>(("Model", model)) };
        var ids = new List<string>();
        foreach (var job in model.Jobs)
        {
            ids.Add(FormattableString.Invariant($"job-{job.Id}"));
            parts[ids[^1]] = await html.RenderAsync<JobRow>(
                ("Job", job), ("Now", model.Board.At), ("ShowsTenant", tenant is null));
        }

        return new LivePage(parts, new Dictionary<string, IReadOnlyList<string>> { ["jobs"] = ids }, IsOver: false);
    }
}
