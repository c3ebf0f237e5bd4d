using System.Diagnostics;
using System.Text.RegularExpressions;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.IntegrationTests.Service;
using BatchLLM.Jobs;
using BatchLLM.Overview;
using Xunit;

namespace BatchLLM.IntegrationTests.Pages;

/// <summary>The page of jobs when there are 10,000.</summary>
public sealed partial class ManyJobsTests(TestCluster cluster, ITestOutputHelper output) : IAsyncLifetime
{
    private const int Count = 10_000;

    private ServiceHost? _service;

    private ServiceHost Service => _service!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = await ServiceHost.StartAsync(cluster);
        await _service.ExecuteAsync(
            $$"""
            insert into batchllm.jobs (request, row_count, shard_count, name, key, spec, model, output_uri, inputs, state, reason,
                                       planned_at, finished_at, created_at, tenant)
            select gen_random_uuid(), case when state in ('queued', 'failed') then 0 else 4000 end,
                   case when state in ('queued', 'failed') then 0 else 4 end, 'job ' || n,
                   case when state in ('queued', 'failed') then null else 'k' || n end, repeat('{"prompt":"a long one"}', 40),
                   '/models/tiny', 'file:///out/' || n, '[]', state,
                   case when state in ('paused', 'failed', 'cancelled') then 'because' end,
                   case when state in ('queued', 'failed') then null else now() - interval '2 h' end,
                   case when state in ('failed', 'cancelled') then now() - interval '1 h' end, now() - interval '3 h',
                   case when n % 3 = 0 then 'a' else 'b' end
              from (select n, case when n % 100 = 0 then 'running' when n % 100 = 1 then 'paused' when n % 100 = 2 then 'queued'
                                   when n % 7 = 0 then 'failed' else 'cancelled' end as state
                      from generate_series(1, {{Count}}) as n) as job;
            insert into batchllm.shards (job_id, first_row, row_count, byte_offset, first_line, shard_index, file_index, epoch, worker,
                                         committed_at, ok, truncated, failed, prompt_tokens, completion_tokens, part_uri, part_length, part_sha256)
            select id, 1 + 1000 * s, 1000, 0, 0, s, 0, 1, 'w', case when s < 2 then now() - interval '1 h' end,
                   case when s < 2 then 1000 end, case when s < 2 then 0 end, case when s < 2 then 0 end, case when s < 2 then 9 end,
                   case when s < 2 then 9 end, case when s < 2 then 'p' end, case when s < 2 then 1 end, case when s < 2 then 'x' end
              from batchllm.jobs, generate_series(0, 3) as s
             where state = 'running';
            analyze batchllm.jobs;
            analyze batchllm.shards;
            """);
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    [Fact]
    public async Task It_comes_at_once_and_its_pages_have_every_job_once_what_runs_first()
    {
        await MeasureAsync();
        foreach (var filter in new JobGlanceFilter[] { new(), new() { Tenant = "a" }, new() { State = JobState.Failed }, new() { Text = "JOB 77" } })
        {
            await CheckAsync(filter);
        }

        var board = await Service.State.Overview.CountAsync(tenant: null, Token);
        Assert.Equal((100, 100, 100), (board.Running, board.Paused, board.Queued));
        Assert.Equal(Count - 300, board.Failed + board.Cancelled + board.Completed);
        var running = (await Service.State.Overview.ListAsync(new JobGlanceFilter(), 1, Token))[0];
        Assert.Equal((2000L, 2), (running.Commits.Sum(commit => commit.Rows), running.Commits.Sum(commit => commit.Shards)));
    }

    private async Task MeasureAsync()
    {
        var times = new List<double>();
        for (var time = 0; time < 21; time++)
        {
            var start = Stopwatch.GetTimestamp();
            Assert.Equal(50, JobPattern().Count(await Service.Client.GetStringAsync("/", Token)));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        output.WriteLine(FormattableString.Invariant($"p50 of / at {Count} jobs: {times.Order().ElementAt(10):0.0} ms"));
        Assert.True(times.Order().ElementAt(10) < 250, "Half of the pages took more than 250 ms.");
    }

    private async Task CheckAsync(JobGlanceFilter filter)
    {
        var (found, after) = (new List<JobGlance>(), (JobPlace?)null);
        IReadOnlyList<JobGlance> page;
        do
        {
            page = await Service.State.Overview.ListAsync(filter with { After = after }, 999, Token);
            found.AddRange(page);
            after = page.Count > 0 ? JobPlace.Of(page[^1]) : null;
        }
        while (page.Count == 999);

        var all = found.Select(JobPlace.Of).ToList();
        Assert.Equal(all.OrderBy(place => place.Rank).ThenByDescending(place => place.Id), all);
        Assert.Equal(Expected(filter), found.Count);
        Assert.Equal(found.Count, found.Select(job => job.Id).Distinct().Count());
    }

    // The rule by which the jobs were made, said again.
    private static int Expected(JobGlanceFilter filter) => Enumerable.Range(1, Count).Count(n =>
        (filter.Tenant != "a" || n % 3 == 0)
        && (filter.State is null || (n % 100 > 2 && n % 7 == 0))
        && (filter.Text is null || $"job {n}".Contains("job 77", StringComparison.Ordinal)));

    [GeneratedRegex("<tr id=\"job-")]
    private static partial Regex JobPattern();
}
