using System.Net;
using System.Text.Json;
using BatchLLM.Host.Retention;
using BatchLLM.Host.Service.Retention;
using BatchLLM.Host.Work;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Retention;

/// <summary>Results whose time is over: files of jobs that the service did not choose the place of.</summary>
public sealed class ResultRetentionTests(TestCluster cluster) : ServiceTests(cluster)
{
    private static readonly TimeSpan Age = TimeSpan.FromDays(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ResultRetention Retention => new(Service.State.ResultRetention);

    [Fact]
    public async Task Old_results_go_and_the_job_says_when_and_answers_410()
    {
        var (old, young) = (await OldAsync("old", 40), await OldAsync("young", 29));
        var notes = Path.Combine(Service.Root, "old", "notes.txt");
        await File.WriteAllTextAsync(notes, "a person's", Token);

        var outcomes = await RemoveAsync();

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
        Assert.Empty(await RemoveAsync());
    }

    [Fact]
    public async Task A_page_shows_that_results_are_gone_and_offers_neither_them_nor_a_retry()
    {
        var job = await OldAsync("old", 40);
        await RemoveAsync();

        var page = await Client.GetStringAsync($"/jobs/{job.Id}", Token);

        Assert.Contains("The results were removed at 20", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"/api/jobs/{job.Id}/results", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"/api/jobs/{job.Id}/receipt", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Retry", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_job_says_itself_rules_over_the_service()
    {
        var (brief, lasting) = (await OldAsync("brief", 2), await OldAsync("lasting", 400));
        await KeepAsync(brief, "1 d");
        await KeepAsync(lasting, "99999 d");

        Assert.Equal([brief.Id], (await RemoveAsync(age: null)).Select(outcome => outcome.Results.Id));
        Assert.Empty(await RemoveAsync());
    }

    [Fact]
    public async Task What_somebody_replaced_is_left_and_named_in_the_log_and_in_the_job()
    {
        var keeper = Service.Services.GetRequiredService<RetentionKeeper>();
        await keeper.StopAsync(Token); // its first round would remove them
        var job = await OldAsync("old", 40);
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
        var first = await OldAsync("shared", 40);
        var second = await OldAsync("shared", 10, key: "another");
        var files = Contents("shared");

        var outcome = Assert.Single(await RemoveAsync());

        Assert.Equal((first.Id, 0), (outcome.Results.Id, outcome.Files));
        Assert.Contains("receipt did not stand there any more", outcome.Note, StringComparison.Ordinal);
        Assert.Equal(files, Contents("shared"));
        Assert.Null((await FindAsync(second)).Removal);
    }

    [Fact]
    public async Task What_somebody_is_to_read_stays_and_dry_runs_say_who()
    {
        var (read, unread) = (await OldAsync("read", 40), await OldAsync("unread", 40));
        await OldAsync("waited-for", 40);
        await Service.ExecuteAsync(
            """
            insert into batchllm.webhooks (tenant, url, secret) values ('default', 'https://example.com', repeat('s', 24)::bytea);
            insert into batchllm.webhook_messages (webhook_id, job_id, state, due_at)
            select w.id, j.id, 'completed', now() from batchllm.webhooks w, batchllm.jobs j where j.output_uri like '%/waited-for';
            """);
        var job = ServiceHost.Job("reader");
        job["input"] = "read/part-*.jsonl";
        var reader = await Service.AcceptAsync(job);

        var foreseen = await Retention.LookAsync(Age, Token).ToListAsync(Token);
        var outcomes = await RemoveAsync();

        Assert.Equal(
            [(ResultFate.Kept, $"job {reader} (reader) is to read them"), (ResultFate.Removed, null), (ResultFate.Kept, "a webhook is yet to be told of the job")],
            foreseen.Select(outcome => (outcome.Fate, outcome.Note)));
        Assert.Equal(foreseen.Select(outcome => (outcome.Results.Id, outcome.Fate)).Order(), outcomes.Select(outcome => (outcome.Results.Id, outcome.Fate)).Order());
        Assert.Null((await FindAsync(read)).Removal);
        Assert.NotNull((await FindAsync(unread)).Removal);
        await Service.State.Store.CancelAsync(reader, "no more", Token);
        Assert.Equal([read.Id], (await RemoveAsync()).Where(outcome => outcome.Fate == ResultFate.Removed).Select(outcome => outcome.Results.Id));
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
        var jobs = new[] { await OldAsync("first", 42), await OldAsync("last", 41), await OldAsync("read", 40) };
        await Service.ExecuteAsync(
            "update batchllm.jobs set schedule_id = (select id from batchllm.schedules), fire_time = finished_at where id = any(@ids)",
            new { ids = new[] { jobs[0].Id, jobs[1].Id } });

        var outcomes = await RemoveAsync();

        Assert.Equal(
            [(jobs[0].Id, ResultFate.Removed), (jobs[1].Id, ResultFate.Kept), (jobs[2].Id, ResultFate.Kept)],
            outcomes.Select(outcome => (outcome.Results.Id, outcome.Fate)).Order());
        Assert.Contains("the schedule nightly is to read them", outcomes.Select(outcome => outcome.Note));
    }

    [Fact]
    public async Task Servers_that_remove_at_the_same_time_remove_each_once()
    {
        for (var index = 0; index < 12; index++)
        {
            await OldAsync($"old-{index}", 40);
        }

        await using var beside = await Service.StartBesideAsync();
        var other = new ResultRetention(beside.State.ResultRetention);
        var outcomes = await Task.WhenAll(RemoveAsync(), other.RemoveAsync(Age, Token).ToListAsync(Token).AsTask());

        var removed = outcomes.SelectMany(list => list).ToList();
        Assert.All(removed, outcome => Assert.Equal((ResultFate.Removed, 4, null), (outcome.Fate, outcome.Files, outcome.Note)));
        Assert.Equal(12, removed.Select(outcome => outcome.Results.Id).Distinct().Count());
        Assert.Equal(12, removed.Count);
    }

    [Fact]
    public async Task A_place_that_cannot_be_reached_leaves_results_readable_and_says_why_once_for_all_of_it()
    {
        var jobs = new[] { await OldAsync("a", 40), await OldAsync("b", 40) };
        await Service.ExecuteAsync("update batchllm.jobs set output_uri = 'az://nowhere0/box/' || id");

        var outcomes = await RemoveAsync();

        Assert.Equal(jobs.Select(job => job.Id), outcomes.Select(outcome => outcome.Results.Id));
        Assert.All(outcomes, outcome => Assert.Equal(ResultFate.Failed, outcome.Fate));
        Assert.Single(outcomes.Select(outcome => outcome.Note).Distinct());
        Assert.Null((await FindAsync(jobs[0])).Removal);
    }

    [Fact]
    public async Task A_job_stays_until_its_results_are_gone_if_they_go_some_time_and_an_hour_longer()
    {
        await OldAsync("old", 40);
        var retention = new JobRetention(Service.State.Retention);

        var kept = await retention.RemoveAsync(TimeSpan.FromDays(1), resultsExpire: true, Token);
        await RemoveAsync();
        var lingering = await retention.RemoveAsync(TimeSpan.FromDays(1), resultsExpire: true, Token);
        await Service.ExecuteAsync("update batchllm.jobs set results_removed_at = now() - interval '61 min'");
        var gone = await retention.RemoveAsync(TimeSpan.FromDays(1), resultsExpire: true, Token);

        Assert.Equal((0, 0, 1), (kept.Jobs, lingering.Jobs, gone.Jobs));
    }

    [Fact]
    public async Task A_job_whose_results_are_half_removed_never_goes_and_whoever_comes_next_goes_on()
    {
        var job = await OldAsync("old", 40);
        await Service.State.ResultRetention.BeginAsync([job.Id], Age, (ids, _) => ids, Token);
        var half = await new JobRetention(Service.State.Retention).RemoveAsync(TimeSpan.FromDays(1), resultsExpire: false, Token);
        using var gone = await Client.GetAsync($"{job.Url}/results", Token);

        var outcome = Assert.Single(await RemoveAsync(age: null)); // though no age is set any more

        Assert.Contains("are being removed", await ServiceHost.ProblemOfAsync(gone, HttpStatusCode.Gone), StringComparison.Ordinal);
        Assert.Equal((0L, job.Id, 4), (half.Jobs, outcome.Results.Id, outcome.Files));
    }

    [Fact]
    public async Task What_was_found_before_a_crash_is_what_the_job_says_afterwards()
    {
        var job = await OldAsync("old", 40);
        await Service.State.ResultRetention.BeginAsync([job.Id], Age, (ids, _) => ids, Token);
        await Service.State.ResultRetention.NoteAsync(job.Id, "1 file was left", Token);
        Directory.Delete(Path.Combine(Service.Root, "old"), recursive: true);

        await RemoveAsync();

        Assert.Equal("1 file was left", (await FindAsync(job)).Removal!.Note);
    }

    [Fact]
    public async Task No_job_is_let_run_where_results_are_being_removed_and_none_are_removed_where_one_runs()
    {
        var job = await OldAsync("shared", 40);
        await Service.ExecuteAsync("update batchllm.jobs set key = 'other'");
        await using (await Service.State.ResultRetention.LockOutputAsync((await FindAsync(job)).Definition.OutputUri, Token))
        {
            var refused = await Assert.ThrowsAsync<BatchLLMException>(() => WrittenJob.CreateAsync(Service, 1, output: "shared"));
            Assert.True(refused.IsTransient);
        }

        var writer = await WrittenJob.CreateAsync(Service, 1, output: "shared");
        var kept = Assert.Single(await RemoveAsync());
        Assert.Equal((ResultFate.Kept, $"job {writer.Id} writes to the same output"), (kept.Fate, kept.Note));
        Assert.Equal(4, Contents("shared").Count);

        await writer.CommitAsync(0);
        await writer.PublishAsync();
        var files = Contents("shared");
        Assert.Contains("receipt did not stand there any more", Assert.Single(await RemoveAsync()).Note, StringComparison.Ordinal);
        Assert.Equal(files, Contents("shared"));
    }

    [Fact]
    public async Task A_list_of_inputs_made_while_they_were_removed_is_not_believed()
    {
        var job = await OldAsync("old", 40);
        var inputs = new InputsInRemoval(Service.State.ResultRetention);
        InputSpec[] caught = [new($"file://{Service.Root}/old/*.jsonl", DataFormat.Auto)], others = [new($"file://{Service.Root}/*.jsonl", DataFormat.Auto)];

        Assert.Empty(await inputs.ListAsync(caught, NothingAsync, Token));
        var error = await Assert.ThrowsAsync<BatchLLMException>(() => inputs.ListAsync(caught, RemoveMeanwhileAsync, Token));
        Assert.True(error.IsTransient);
        Assert.Contains($"Results of job {job.Id} (job) that an input names are being removed", error.Message, StringComparison.Ordinal);
        Assert.Empty(await inputs.ListAsync(others, NothingAsync, Token));
        Assert.Empty(await inputs.ListAsync(caught, NothingAsync, Token)); // they were gone before: the list is true

        static Task<IReadOnlyList<InputFile>> NothingAsync() => Task.FromResult<IReadOnlyList<InputFile>>([]);

        async Task<IReadOnlyList<InputFile>> RemoveMeanwhileAsync()
        {
            Assert.Single(await RemoveAsync());
            return [];
        }
    }

    [Fact]
    public async Task A_job_handed_in_while_its_input_is_removed_waits_and_fails_by_the_name_of_what_it_misses()
    {
        var job = await OldAsync("old", 40);
        await Service.State.ResultRetention.BeginAsync([job.Id], Age, (ids, _) => ids, Token);
        File.Delete(Path.Combine(Service.Root, "old", "part-000000.jsonl")); // a half of what the pattern would catch
        var file = ServiceHost.Job("reader");
        file["input"] = "old/part-*.jsonl";
        var reader = await Service.AcceptAsync(file);

        await PlanAsync();
        var waiting = (await Service.State.Store.FindAsync(reader, Token))!;
        await RemoveAsync();
        await Service.ExecuteAsync("update batchllm.jobs set not_before = null where id = @reader", new { reader });
        await PlanAsync();
        var failed = (await Service.State.Store.FindAsync(reader, Token))!;

        Assert.Equal(JobState.Queued, waiting.State);
        Assert.Contains($"Results of job {job.Id} (job) that an input names are being removed", waiting.Wait!.Trouble, StringComparison.Ordinal);
        Assert.Equal(JobState.Failed, failed.State);
        Assert.Contains("old/part-*.jsonl matches no file", failed.Reason, StringComparison.Ordinal);

        async Task PlanAsync()
        {
            using var shelf = new ModelShelf();
            var claimed = (await Service.State.Queue.ClaimAsync(new WorkerOffer("test", []), Token))!;
            await new JobPlanning(
                Service.State.Queue, shelf, new InputsInRemoval(Service.State.ResultRetention), new WorkerLog(TextWriter.Null, TimeProvider.System), TimeProvider.System)
                .PlanAsync(claimed.Job, claimed.Plan!, TimeSpan.FromMinutes(1), Token);
        }
    }

    [Fact]
    public async Task The_same_job_handed_in_again_runs_anew_once_its_results_are_gone()
    {
        var job = await OldAsync("old", 40);
        var key = (await FindAsync(job)).Definition.Key!;
        Assert.Equal(job.Id, (await Service.State.Store.FindByKeyAsync(key, Token))!.Id);

        await RemoveAsync();

        Assert.Null(await Service.State.Store.FindByKeyAsync(key, Token));
        Assert.NotEqual(job.Id, (await WrittenJob.CreateAsync(Service, 2, output: "old")).Id);
    }

    private async Task<List<ResultOutcome>> RemoveAsync() => await RemoveAsync(Age);

    private async Task<List<ResultOutcome>> RemoveAsync(TimeSpan? age) => await Retention.RemoveAsync(age, Token).ToListAsync(Token);

    /// <summary>A job of two shards, each with a failed row, whose results stand in a folder and which ended some days ago.</summary>
    private async Task<WrittenJob> OldAsync(string output, int days, string? key = null)
    {
        await Service.ExecuteAsync("update batchllm.jobs set key = coalesce(@key, 'before') || id where output_uri like '%/' || @output", new { key, output });
        var job = await WrittenJob.CreateAsync(Service, shards: 2, output: output);
        await job.CommitAsync(0);
        await job.CommitAsync(1);
        await job.PublishAsync();
        await Service.ExecuteAsync("update batchllm.jobs set finished_at = now() - make_interval(days => @days) where id = @Id", new { days, job.Id });
        return job;
    }

    private Task KeepAsync(WrittenJob job, string age) =>
        Service.ExecuteAsync("update batchllm.jobs set keep_results = @age::interval where id = @Id", new { age, job.Id });

    private async Task<Job> FindAsync(WrittenJob job) => (await Service.State.Store.FindAsync(job.Id, Token))!;

    private async Task<JsonElement> GetAsync(string url)
    {
        using var response = await Client.GetAsync(url, Token);
        return await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);
    }

    private Dictionary<string, string> Contents(string folder) => Directory.GetFiles(Path.Combine(Service.Root, folder))
        .ToDictionary(path => Path.GetFileName(path), File.ReadAllText);
}
