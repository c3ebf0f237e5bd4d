using System.Net;
using System.Text.Json;
using BatchLLM.Host.Retention;
using BatchLLM.Host.Service.Retention;
using BatchLLM.IntegrationTests.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Retention;

/// <summary>Results whose time is over: files of jobs that the service did not choose the place of.</summary>
public sealed class ResultRetentionTests(TestCluster cluster) : ServiceTests(cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private OldResults Old => new(Service);

    private ResultRetention Retention => new(Service.State.ResultRetention);

    [Fact]
    public async Task Old_results_go_and_the_job_says_when_and_answers_410()
    {
        var (old, young) = (await Old.WriteAsync("old", 40), await Old.WriteAsync("young", 29));
        var notes = Path.Combine(Service.Root, "old", "notes.txt");
        await File.WriteAllTextAsync(notes, "a person's", Token);

        var outcomes = await Old.RemoveAsync(OldResults.Age);

        var outcome = Assert.Single(outcomes);
        Assert.Equal((old.Id, ResultFate.Removed, 4, null), (outcome.Results.Id, outcome.Fate, outcome.Files, outcome.Note));
        Assert.Equal([notes], Directory.GetFiles(Path.Combine(Service.Root, "old")));
        Assert.Equal(4, Directory.GetFiles(Path.Combine(Service.Root, "young")).Length);
        var view = await GetAsync(old.Url);
        Assert.Equal(("completed", 2L), (view.GetProperty("state").GetString(), view.GetProperty("rows").GetProperty("failed").GetInt64()));
        Assert.True(view.GetProperty("results_removed_at").GetDateTimeOffset() > view.GetProperty("finished_at").GetDateTimeOffset());
        foreach (var path in (string[])["results", "errors", "receipt", "results?wait=true"])
        {
            using var response = await Client.GetAsync($"{old.Url}/{path}", Token);
            var detail = await ServiceHost.ProblemOfAsync(response, HttpStatusCode.Gone);
            Assert.Contains($"Job {old.Id} is over, and its results were removed at 20", detail, StringComparison.Ordinal);
        }

        using var retry = await Client.PostAsync($"{old.Url}/retry", null, Token);
        Assert.Contains("is over for good", await ServiceHost.ProblemOfAsync(retry, HttpStatusCode.Conflict), StringComparison.Ordinal);
        using var results = await Client.GetAsync($"{young.Url}/results", Token);
        Assert.Equal(HttpStatusCode.OK, results.StatusCode);
        Assert.Empty(await Old.RemoveAsync(OldResults.Age));
    }

    [Fact]
    public async Task A_page_shows_that_results_are_gone_and_offers_neither_them_nor_a_retry()
    {
        var job = await Old.WriteAsync("old", 40);
        await Old.RemoveAsync(OldResults.Age);

        var page = await Client.GetStringAsync($"/jobs/{job.Id}", Token);

        Assert.Contains("The results were removed at 20", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"/api/jobs/{job.Id}/results", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"/api/jobs/{job.Id}/receipt", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Retry", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_job_says_itself_rules_over_the_service()
    {
        var (brief, lasting) = (await Old.WriteAsync("brief", 2), await Old.WriteAsync("lasting", 400));
        await KeepAsync(brief, "1 d");
        await KeepAsync(lasting, "99999 d");

        Assert.Equal([brief.Id], (await Old.RemoveAsync(age: null)).Select(outcome => outcome.Results.Id));
        Assert.Empty(await Old.RemoveAsync(OldResults.Age));
    }

    [Fact]
    public async Task What_somebody_replaced_is_left_and_named_in_the_log_and_in_the_job()
    {
        var keeper = Service.Services.GetRequiredService<RetentionKeeper>();
        var job = await Old.WriteAsync("old", 40);
        var part = Path.Combine(Service.Root, "old", "part-000001.jsonl");
        var content = await File.ReadAllTextAsync(part, Token);
        await File.WriteAllTextAsync(part, content.ToUpperInvariant(), Token);
        await KeepAsync(job, "1 d");

        await keeper.RunAsync(Token);

        Assert.Equal([part], Directory.GetFiles(Path.Combine(Service.Root, "old")));
        const string Note = "1 file was left, because it is not what the job wrote: part-000001.jsonl";
        Assert.Equal(Note, (await GetAsync(job.Url)).GetProperty("results_note").GetString());
        Assert.Contains($"Retention: of the results of job {job.Id} (job), {Note}.", Service.Log, StringComparison.Ordinal);
        Assert.Contains("Retention: removed 1 of kind result", Service.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_that_another_job_took_over_is_that_job_s()
    {
        var first = await Old.WriteAsync("shared", 40);
        var second = await Old.WriteAsync("shared", 10);
        var files = Old.Contents("shared");

        var outcome = Assert.Single(await Old.RemoveAsync(OldResults.Age));

        Assert.Equal((first.Id, 0), (outcome.Results.Id, outcome.Files));
        Assert.Contains("receipt did not stand there any more", outcome.Note, StringComparison.Ordinal);
        Assert.Equal(files, Old.Contents("shared"));
        Assert.Null((await Old.FindAsync(second)).Removal);
    }

    [Fact]
    public async Task What_somebody_is_to_read_stays_and_dry_runs_say_who()
    {
        var (read, unread) = (await Old.WriteAsync("read", 40), await Old.WriteAsync("unread", 40));
        await Old.WriteAsync("waited-for", 40);
        await Service.ExecuteAsync(
            """
            insert into batchllm.webhooks (tenant, url, secret) values ('default', 'https://example.com', repeat('s', 24)::bytea);
            insert into batchllm.webhook_messages (webhook_id, job_id, state, due_at)
            select w.id, j.id, 'completed', now() from batchllm.webhooks w, batchllm.jobs j where j.output_uri like '%/waited-for';
            """);
        var job = ServiceHost.Job("reader");
        job["input"] = "read/part-*.jsonl";
        var reader = await Service.AcceptAsync(job);

        var foreseen = await Retention.LookAsync(OldResults.Age, Token).ToListAsync(Token);
        var outcomes = await Old.RemoveAsync(OldResults.Age);

        Assert.Equal(
            [(ResultFate.Kept, $"job {reader} (reader) is to read them"), (ResultFate.Removed, null), (ResultFate.Kept, "a webhook is yet to be told of the job")],
            foreseen.Select(outcome => (outcome.Fate, outcome.Note)));
        Assert.Equal(foreseen.Select(outcome => (outcome.Results.Id, outcome.Fate)).Order(), outcomes.Select(outcome => (outcome.Results.Id, outcome.Fate)).Order());
        Assert.Null((await Old.FindAsync(read)).Removal);
        Assert.NotNull((await Old.FindAsync(unread)).Removal);
        await Service.State.Store.CancelAsync(reader, "no more", Token);
        Assert.Equal([read.Id], (await Old.RemoveAsync(OldResults.Age)).Where(outcome => outcome.Fate == ResultFate.Removed).Select(outcome => outcome.Results.Id));
    }

    [Fact]
    public async Task The_last_success_of_a_schedule_stays_and_those_that_its_firings_may_yet_name()
    {
        await Service.ExecuteAsync(
            """
            insert into batchllm.schedules (request, tenant, name, cron, time_zone, misfire, overlap, spec)
            values (gen_random_uuid(), 'default', 'nightly', '0 2 * * *', 'UTC', 'skip', 'skip',
                    '{"input":[{"uri":"read/part-*.jsonl","format":"auto"}]}');
            """);
        var jobs = new[] { await Old.WriteAsync("first", 42), await Old.WriteAsync("last", 41), await Old.WriteAsync("read", 40) };
        await Service.ExecuteAsync(
            "update batchllm.jobs set schedule_id = (select id from batchllm.schedules), fire_time = finished_at where id = any(@ids)",
            new { ids = new[] { jobs[0].Id, jobs[1].Id } });

        var outcomes = await Old.RemoveAsync(OldResults.Age);

        Assert.Equal(
            [(jobs[0].Id, ResultFate.Removed), (jobs[1].Id, ResultFate.Kept), (jobs[2].Id, ResultFate.Kept)],
            outcomes.Select(outcome => (outcome.Results.Id, outcome.Fate)).Order());
        Assert.Contains("the schedule nightly is to read them", outcomes.Select(outcome => outcome.Note));
    }

    [Fact]
    public async Task A_place_that_cannot_be_reached_leaves_results_readable_and_says_why_once_for_all_of_it()
    {
        var jobs = new[] { await Old.WriteAsync("a", 40), await Old.WriteAsync("b", 40) };
        await Service.ExecuteAsync("update batchllm.jobs set output_uri = 'az://nowhere0/box/' || id");

        var outcomes = await Old.RemoveAsync(OldResults.Age);

        Assert.Equal(jobs.Select(job => job.Id), outcomes.Select(outcome => outcome.Results.Id));
        Assert.All(outcomes, outcome => Assert.Equal(ResultFate.Failed, outcome.Fate));
        Assert.Single(outcomes.Select(outcome => outcome.Note).Distinct());
        Assert.Null((await Old.FindAsync(jobs[0])).Removal);
    }

    [Fact]
    public async Task A_job_stays_until_its_results_are_gone_if_they_go_some_time_and_an_hour_longer()
    {
        await Old.WriteAsync("old", 40);
        var retention = new JobRetention(Service.State.Retention);

        var kept = await retention.RemoveAsync(TimeSpan.FromDays(1), resultsExpire: true, Token);
        await Old.RemoveAsync(OldResults.Age);
        var lingering = await retention.RemoveAsync(TimeSpan.FromDays(1), resultsExpire: true, Token);
        await Service.ExecuteAsync("update batchllm.jobs set results_removed_at = now() - interval '61 min'");
        var gone = await retention.RemoveAsync(TimeSpan.FromDays(1), resultsExpire: true, Token);

        Assert.Equal((0, 0, 1), (kept.Jobs, lingering.Jobs, gone.Jobs));
    }

    [Fact]
    public async Task The_same_job_handed_in_again_runs_anew_once_its_results_are_gone()
    {
        var job = await Old.WriteAsync("old", 40);
        var key = (await Old.FindAsync(job)).Definition.Key!;
        Assert.Equal(job.Id, (await Service.State.Store.FindByKeyAsync(key, Token))!.Id);

        await Old.RemoveAsync(OldResults.Age);

        Assert.Null(await Service.State.Store.FindByKeyAsync(key, Token));
        Assert.NotEqual(job.Id, (await WrittenJob.CreateAsync(Service, 2, output: "old")).Id);
    }

    private Task KeepAsync(WrittenJob job, string age) =>
        Service.ExecuteAsync("update batchllm.jobs set keep_results = @age::interval where id = @Id", new { age, job.Id });

    private async Task<JsonElement> GetAsync(string url)
    {
        using var response = await Client.GetAsync(url, Token);
        return await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);
    }
}
