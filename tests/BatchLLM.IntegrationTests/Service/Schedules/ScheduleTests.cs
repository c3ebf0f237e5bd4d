using System.Net;
using System.Text.Json;
using BatchLLM.Access;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using BatchLLM.Schedules;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Schedules;

/// <summary>What requests do to schedules. All use one service; each has schedules of its own.</summary>
public sealed class ScheduleTests(ScheduleTests.Fixture fixture) : IClassFixture<ScheduleTests.Fixture>
{
    private static readonly DateTimeOffset Night = new(2026, 3, 7, 1, 30, 0, TimeSpan.Zero); // 02:30 in Berlin

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ServiceHost Service => fixture.Service;

    private HttpClient Client => Service.Client;

    private IScheduleStore Store => Service.State.Schedules;

    [Fact]
    public async Task A_schedule_shows_when_it_fires_and_what_became_of_it()
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "shown"));
        var fired = await Service.FireAsync(id, Night);

        var shown = await Client.OkAsync(HttpMethod.Get, $"/api/schedules/{id}");

        var next = shown.GetProperty("next_firings").EnumerateArray().Select(time => time.GetDateTimeOffset()).ToList();
        Assert.Equal(5, next.Count);
        Assert.All(next, time => Assert.Equal(new TimeOnly(2, 30), TimeOnly.FromDateTime(time.DateTime)));
        Assert.Equal(
            ("active", "30 2 * * *", "Europe/Berlin", "run_once", "queue"),
            (Text(shown, "state"), Text(shown, "cron"), Text(shown, "time_zone"), Text(shown, "misfire"), Text(shown, "overlap")));
        Assert.Equal("out/{{schedule}}/{{date}}T{{hour}}-{{minute}}", Text(shown.GetProperty("job").GetProperty("output"), "uri"));
        var last = Assert.Single(shown.GetProperty("last_firings").EnumerateArray());
        Assert.Equal(("submitted", "queued", $"/api/jobs/{fired.JobId}"), (Text(last, "outcome"), Text(last, "job_state"), Text(last, "job")));
        var job = await Service.State.Store.FindAsync(fired.JobId!.Value, Token);
        Assert.Equal($"file://{Service.Root}/out/shown/2026-03-07T02-30", job!.Definition.OutputUri);
        var listed = (await Client.OkAsync(HttpMethod.Get, "/api/schedules")).GetProperty("schedules").EnumerateArray();
        Assert.Contains(listed, schedule => schedule.GetProperty("id").GetInt64() == id);
    }

    [Fact]
    public async Task A_firing_makes_one_job_however_many_try()
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "raced"));

        var fired = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Service.FireAsync(id, Night))));

        Assert.Single(fired.Select(firing => firing.JobId).Distinct());
        Assert.Equal([fired[0].JobId!.Value], await LiveJobsAsync(id));
    }

    [Fact]
    public async Task By_the_rule_skip_a_firing_makes_no_job_while_one_is_not_over()
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "skips", overlap: "skip"));

        var first = await Service.FireAsync(id, Night);
        var second = await Service.FireAsync(id, Night.AddDays(1));
        await Service.State.Store.CancelAsync(first.JobId!.Value, "enough", Token);
        var third = await Service.FireAsync(id, Night.AddDays(2));

        Assert.Equal(
            (FiringOutcome.Skipped, null, $"job {first.JobId} of an earlier firing is not over"), (second.Outcome, second.JobId, second.Reason));
        Assert.Equal(FiringOutcome.Submitted, third.Outcome);
        Assert.Equal(second, await Service.FireAsync(id, Night.AddDays(1))); // what is past stays what it was
    }

    [Fact]
    public async Task By_the_rule_queue_jobs_run_one_after_the_other()
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "queues"));
        var (first, second) = (await Service.FireAsync(id, Night), await Service.FireAsync(id, Night.AddDays(1)));
        var job = await Service.State.Store.FindAsync(first.JobId!.Value, Token);
        var offer = new WorkerOffer("test", [job!.Definition.Model]);

        var claimed = await ClaimOfAsync(offer, first, second);
        var meanwhile = await ClaimOfAsync(offer, second);
        await Service.State.Queue.FailAsync(claimed!.Plan!, "in.jsonl matches no file", Token);
        var then = await ClaimOfAsync(offer, second);

        Assert.Null(meanwhile);
        Assert.Equal((first.JobId, second.JobId), (claimed.Job.Id, then?.Job.Id));
        var last = (await Client.OkAsync(HttpMethod.Get, $"/api/schedules/{id}/firings?before={Uri.EscapeDataString($"{Night.AddDays(1):O}")}"))
            .GetProperty("firings")[0];
        Assert.Equal(("failed", "in.jsonl matches no file"), (Text(last, "job_state"), Text(last, "reason")));
    }

    [Fact]
    public async Task By_the_rule_cancel_previous_the_earlier_jobs_are_cancelled()
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "cancels", overlap: "cancel_previous"));

        var (first, second) = (await Service.FireAsync(id, Night), await Service.FireAsync(id, Night.AddDays(1)));
        var again = await Service.FireAsync(id, Night.AddDays(1));

        var cancelled = await Service.State.Store.FindAsync(first.JobId!.Value, Token);
        Assert.Equal((JobState.Cancelled, "cancelled by the next firing of the schedule cancels"), (cancelled!.State, cancelled.Reason));
        Assert.Equal([second.JobId!.Value], await LiveJobsAsync(id));
        Assert.Equal(second.JobId, again.JobId);
    }

    [Fact]
    public async Task An_incremental_firing_goes_on_from_the_last_one_that_was_completed()
    {
        var schedule = ScheduleBench.Schedule("30 2 * * *", "grows", overlap: "queue");
        schedule["job"]!["incremental"] = true;
        var id = await Client.ScheduleAsync(schedule);
        var (first, second) = (await Service.FireAsync(id, Night), await Service.FireAsync(id, Night.AddDays(1)));
        await Service.ExecuteAsync($"""
            update batchllm.jobs
               set state = 'completed', key = 'grows', planned_at = now(), finished_at = now(), receipt_sha256 = repeat('0', 64)
             where id = {first.JobId}
            """);

        var third = await Service.FireAsync(id, Night.AddDays(2));

        // The first two name their own outputs, where nothing stands yet.
        Assert.Equal(
            (Output("2026-03-07"), Output("2026-03-08"), Output("2026-03-07")),
            (await SinceAsync(first), await SinceAsync(second), await SinceAsync(third)));

        string Output(string day) => $"file://{Service.Root}/out/grows/{day}T02-30";

        async Task<string?> SinceAsync(Firing firing)
        {
            var job = await Service.State.Store.FindAsync(firing.JobId!.Value, Token);
            return Text(JsonDocument.Parse(job!.Definition.SpecJson).RootElement, "incremental");
        }
    }

    [Fact]
    public async Task A_firing_that_can_make_no_job_says_why()
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "broken"));
        await Service.ExecuteAsync($"update batchllm.schedules set spec = replace(spec, '\"model\":\"model\"', '\"model\":\"gone\"') where id = {id}");

        var fired = await Service.FireAsync(id, Night);
        using var run = await Client.SendAsync(HttpMethod.Post, $"/api/schedules/{id}/run");

        Assert.Equal((FiringOutcome.Failed, null), (fired.Outcome, fired.JobId));
        Assert.StartsWith("model: there is no directory 'gone' below", fired.Reason, StringComparison.Ordinal);
        Assert.StartsWith(
            "model: there is no directory 'gone'", await ServiceHost.ProblemOfAsync(run, HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        Assert.Equal([true, false], (await Store.ListFiringsAsync(id, null, 10, Token)).Select(firing => firing.IsManual));
    }

    [Fact]
    public async Task It_is_run_now_even_while_it_is_paused_or_its_job_is_not_over()
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "run", overlap: "skip"));
        await Service.FireAsync(id, Night);

        var paused = await Client.OkAsync(HttpMethod.Post, $"/api/schedules/{id}/pause");
        using var run = await Client.SendAsync(HttpMethod.Post, $"/api/schedules/{id}/run");
        var resumed = await Client.OkAsync(HttpMethod.Post, $"/api/schedules/{id}/resume");

        Assert.Equal(("paused", 0), (Text(paused, "state"), paused.GetProperty("next_firings").GetArrayLength()));
        Assert.Equal(("active", 5), (Text(resumed, "state"), resumed.GetProperty("next_firings").GetArrayLength()));
        Assert.True((await ServiceHost.JsonOfAsync(run, HttpStatusCode.Created)).GetProperty("manual").GetBoolean());
        Assert.Equal(2, (await LiveJobsAsync(id)).Count);
    }

    [Fact]
    public async Task It_is_replaced_and_removed_and_its_name_is_its_own()
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "first"));
        await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "second"));
        using var taken = await Client.SendAsync(HttpMethod.Post, "/api/schedules", ScheduleBench.Schedule("@daily", "first"));
        using var renamed = await Client.SendAsync(HttpMethod.Put, $"/api/schedules/{id}", ScheduleBench.Schedule("@daily", "second"));
        var replaced = await Client.OkAsync(HttpMethod.Put, $"/api/schedules/{id}", ScheduleBench.Schedule("@daily", "first"));
        var fired = await Service.FireAsync(id, Night);
        using var removed = await Client.SendAsync(HttpMethod.Delete, $"/api/schedules/{id}");
        using var again = await Client.SendAsync(HttpMethod.Delete, $"/api/schedules/{id}");

        Assert.Contains("another schedule 'first'", await ServiceHost.ProblemOfAsync(taken, HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Contains("another schedule 'second'", await ServiceHost.ProblemOfAsync(renamed, HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Equal("@daily", Text(replaced, "cron"));
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        await ServiceHost.ProblemOfAsync(again, HttpStatusCode.NotFound);
        Assert.NotNull(await Service.State.Store.FindAsync(fired.JobId!.Value, Token));
    }

    [Theory]
    [InlineData("cron", "0 2 30 2 *", "cron is '0 2 30 2 *', which never comes again")]
    [InlineData("cron", "61 * * * *", "cron is '61 * * * *'; expected five fields")]
    [InlineData("time_zone", "Mars/Olympus", "time_zone is 'Mars/Olympus'")]
    [InlineData("overlap", "wait", "expected one of skip, queue, cancel_previous")]
    [InlineData("job.model", "nowhere", "there is no directory 'nowhere'")]
    [InlineData("job.input", "{{day}}.jsonl", "has a placeholder other than {{date}}")]
    [InlineData("job.input", "../{{schedule}}.jsonl", "outside of what this service may read and write")]
    [InlineData("job.incremental", "/etc", "incremental: file:///etc is outside of what this service may read and write")]
    [InlineData("job.rows", "1", "unknown key 'rows'")]
    public async Task What_could_not_fire_is_refused_at_once(string key, string value, string expected)
    {
        var schedule = ScheduleBench.Schedule("@daily", "refused");
        (key.StartsWith("job.", StringComparison.Ordinal) ? schedule["job"]!.AsObject() : schedule)[key.Split('.')[^1]] = value;

        using var response = await Client.SendAsync(HttpMethod.Post, "/api/schedules", schedule);

        Assert.Contains(expected, await ServiceHost.ProblemOfAsync(response, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal("The schedule is wrong", Text(await ServiceHost.JsonOfAsync(response, HttpStatusCode.BadRequest), "title"));
        Assert.DoesNotContain(await Store.ListAsync(null, Token), found => found.Name == "refused");
    }

    [Fact]
    public async Task Another_tenants_schedule_is_not_there()
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("@daily", "private"));
        using var other = await ClientOfAsync("other", AccessRole.Submit);
        using var reader = await ClientOfAsync("default", AccessRole.Read);

        foreach (var (method, url) in new[]
        {
            (HttpMethod.Get, ""), (HttpMethod.Get, "/firings"), (HttpMethod.Delete, ""), (HttpMethod.Post, "/pause"), (HttpMethod.Post, "/resume"), (HttpMethod.Post, "/run"),
        })
        {
            using var response = await other.SendAsync(method, $"/api/schedules/{id}{url}");
            await ServiceHost.ProblemOfAsync(response, HttpStatusCode.NotFound);
        }

        using var replaced = await other.SendAsync(HttpMethod.Put, $"/api/schedules/{id}", ScheduleBench.Schedule("@daily", "private"));
        using var refused = await reader.SendAsync(HttpMethod.Post, $"/api/schedules/{id}/run");
        await ServiceHost.ProblemOfAsync(replaced, HttpStatusCode.NotFound);
        await ServiceHost.ProblemOfAsync(refused, HttpStatusCode.Forbidden);
        Assert.Empty((await other.OkAsync(HttpMethod.Get, "/api/schedules")).GetProperty("schedules").EnumerateArray());
        Assert.Empty((await reader.OkAsync(HttpMethod.Get, $"/api/schedules/{id}/firings")).GetProperty("firings").EnumerateArray());
    }

    private async Task<HttpClient> ClientOfAsync(string tenant, AccessRole role)
    {
        var token = AccessToken.Create();
        await Service.State.ApiKeys.CreateAsync(new NewApiKey(tenant, role, "test", Lifetime: null), AccessToken.DigestOf(token)!, Token);
        var client = new HttpClient { BaseAddress = Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private Task<IReadOnlyList<long>> LiveJobsAsync(long id) => Store.ListLiveJobsAsync(id, DateTimeOffset.UnixEpoch, Token);

    // Other tests' jobs are there to be claimed too.
    private async Task<ClaimedJob?> ClaimOfAsync(WorkerOffer offer, params Firing[] firings)
    {
        var others = (await Service.State.Queue.ListAsync(new JobFilter(), 1000, Token)).Select(job => job.Id);
        return await Service.State.Queue.ClaimAsync(offer with { Except = [.. others.Except(firings.Select(firing => firing.JobId!.Value))] }, Token);
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    /// <summary>The service.</summary>
    public sealed class Fixture(TestCluster cluster) : IAsyncLifetime
    {
        private ServiceHost? _service;

        internal ServiceHost Service => _service!;

        public async ValueTask InitializeAsync() => _service = await ServiceHost.StartAsync(cluster);

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }
}
