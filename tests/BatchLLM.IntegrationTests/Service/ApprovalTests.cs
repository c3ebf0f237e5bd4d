using System.Net;
using BatchLLM.Canaries;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using BatchLLM.Preflight;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

/// <summary>A job that waits after its canary, as clients see it.</summary>
public sealed class ApprovalTests(TestCluster cluster) : ServiceTests(cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_that_waits_shows_what_its_canary_came_to_and_goes_on_once_it_is_approved()
    {
        var job = await WaitingAsync();

        var seen = await ServiceHost.JsonOfAsync(await Client.GetAsync(job.Url, Token), HttpStatusCode.OK);
        Assert.Equal(("paused", true, "canary: look"), (
            seen.GetProperty("state").GetString(), seen.GetProperty("waits_for_approval").GetBoolean(), seen.GetProperty("reason").GetString()));
        Assert.Equal((2, 1), (
            seen.GetProperty("canary").GetProperty("failed").GetInt32(),
            seen.GetProperty("canary").GetProperty("errors").GetProperty("empty_prompt").GetInt32()));
        var range = seen.GetProperty("canary").GetProperty("estimated_seconds_range");
        Assert.Equal((0.8, 1.0, 1.2), (range.GetProperty("low").GetDouble(), range.GetProperty("likely").GetDouble(), range.GetProperty("high").GetDouble()));
        Assert.Equal("{}\n", await Client.GetStringAsync($"{job.Url}/canary", Token));
        Assert.Contains("waits for its canary to be approved", await RefusedAsync(job, "resume"), StringComparison.Ordinal);
        Assert.Contains("waits for its canary to be approved", await RefusedAsync(job, "pause"), StringComparison.Ordinal);
        Assert.Empty(await Service.State.Store.LeaseAsync(job.Id, "other", 1, TestJobs.Minute, Token));

        using var approved = await Client.PostAsync($"{job.Url}/approve", null, Token);

        Assert.Equal("running", (await ServiceHost.JsonOfAsync(approved, HttpStatusCode.OK)).GetProperty("state").GetString());
        Assert.Single(await Service.State.Store.LeaseAsync(job.Id, "other", 1, TestJobs.Minute, Token));
        Assert.Contains("is running, so it cannot be approved", await RefusedAsync(job, "approve"), StringComparison.Ordinal);
        using var paused = await Client.PostAsync($"{job.Url}/pause", null, Token);
        using var resumed = await Client.PostAsync($"{job.Url}/resume", null, Token);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (paused.StatusCode, resumed.StatusCode));
    }

    [Fact]
    public async Task Before_its_canary_a_job_is_claimed_for_that_by_one_worker_and_leases_nothing()
    {
        var job = await CreateAsync();

        var first = await Service.State.Queue.ClaimAsync(new WorkerOffer("a", []), Token);
        var second = await Service.State.Queue.ClaimAsync(new WorkerOffer("b", []), Token);

        Assert.True(first is { Plan: null, Job.IsCanaryDue: true } && first.Job.Id == job.Id);
        Assert.Null(second);
        Assert.Empty(await Service.State.Store.LeaseAsync(job.Id, "a", 1, TestJobs.Minute, Token));
        Assert.Equal(HttpStatusCode.NotFound, (await Client.GetAsync($"{job.Url}/canary", Token)).StatusCode);
        await Service.State.Store.FinishCanaryAsync(job.Id, Report(), reasonToWait: null, Token);
        Assert.Single(await Service.State.Store.LeaseAsync(job.Id, "a", 1, TestJobs.Minute, Token));
    }

    [Fact]
    public async Task What_a_canary_came_to_is_of_no_use_to_a_job_that_was_cancelled_meanwhile()
    {
        var job = await CreateAsync();
        await Service.State.Store.CancelAsync(job.Id, "enough", Token);

        await Service.State.Store.FinishCanaryAsync(job.Id, Report(), "canary: look", Token);

        var now = await Service.State.Store.FindAsync(job.Id, Token);
        Assert.Equal((JobState.Cancelled, "enough", null), (now!.State, now.Reason, now.Canary));
    }

    private async Task<WrittenJob> WaitingAsync()
    {
        var job = await CreateAsync();
        var file = new Uri(job.Layout.Canary).LocalPath;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "{}\n", Token);
        await Service.State.Store.FinishCanaryAsync(job.Id, Report(), "canary: look", Token);
        return job;
    }

    /// <summary>A job with a canary that has yet to run, of which nothing is leased.</summary>
    private async Task<WrittenJob> CreateAsync()
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 2);
        await Service.ExecuteAsync(
            "update batchllm.jobs set canary_rows = 4; update batchllm.shards set leased_until = null");
        return job;
    }

    private async Task<string> RefusedAsync(WrittenJob job, string verb)
    {
        using var response = await Client.PostAsync($"{job.Url}/{verb}", null, Token);
        return await ServiceHost.ProblemOfAsync(response, HttpStatusCode.Conflict);
    }

    internal static CanaryReport Report() => new()
    {
        Rows = 4,
        Files = 1,
        Ok = 1,
        Truncated = 1,
        Failed = 2,
        Errors = new Dictionary<string, long> { ["empty_prompt"] = 1, ["engine_error"] = 1 },
        PromptTokens = 100,
        CompletionTokens = 20,
        Seconds = 0.5,
        TokensPerSecond = 240,
        EstimatedPromptTokens = 200,
        EstimatedCompletionTokens = 40,
        EstimatedSeconds = 1,
        EstimatedPromptTokensRange = new Interval(180, 200, 220),
        EstimatedCompletionTokensRange = new Interval(30, 40, 50),
        EstimatedSecondsRange = new Interval(0.8, 1, 1.2),
        Sha256 = new string('a', 64),
    };
}
