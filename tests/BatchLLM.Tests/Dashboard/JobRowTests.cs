using BatchLLM.Dashboard;
using BatchLLM.Dashboard.Parts;
using BatchLLM.Jobs;
using BatchLLM.Overview;
using Xunit;

namespace BatchLLM.Tests.Dashboard;

public sealed class JobRowTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task It_says_how_far_a_job_is_and_who_has_it()
    {
        var html = await RenderAsync(Job() with { HeldRows = 100, Workers = 1 });

        Assert.Contains("33 % · 1,000 of 3,000 rows", html, StringComparison.Ordinal);
        Assert.Contains("<rect class=\"truncated\" x=\"300\" width=\"33.33\"", html, StringComparison.Ordinal);
        Assert.Contains("1,000<small> tokens/s</small>", html, StringComparison.Ordinal);
        Assert.Contains("15&#x2013;29 min left", html, StringComparison.Ordinal);
        Assert.DoesNotContain("no worker", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_nobody_works_on_is_not_said_to_end() =>
        Assert.Contains("no worker", await RenderAsync(Job()), StringComparison.Ordinal);

    [Fact]
    public async Task What_people_wrote_is_text()
    {
        var html = await RenderAsync(Job() with { Name = "<b>\"&'", Tenant = "</td>", State = JobState.Paused, Reason = "<script>" });

        Assert.Contains("&lt;b&gt;&quot;&amp;&#x27;", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.Equal(5, html.Split("</td>").Length - 1);
    }

    private static async Task<string> RenderAsync(JobGlance job)
    {
        await using var parts = new HtmlParts();
        return await parts.RenderAsync<JobRow>(("Job", job), ("Now", Now), ("ShowsTenant", true));
    }

    private static JobGlance Job() => new()
    {
        Id = 7,
        Name = "job",
        Tenant = "default",
        Model = "/models/tiny",
        State = JobState.Running,
        CreatedAt = Now.AddMinutes(-11),
        PlannedAt = Now.AddSeconds(-600),
        SeenAt = Now,
        Rows = 3_000,
        Counts = new RowCounts(900, 100, 0, 400_000, 200_000),
        Shards = 30,
        CommittedShards = 10,
        Commits = [.. Enumerable.Range(0, 10).Select(index => new CommitGroup(Now.AddSeconds(-60 * (index + 1)), Now.AddSeconds(-60 * index), 100, 60_000, 1))],
    };
}
