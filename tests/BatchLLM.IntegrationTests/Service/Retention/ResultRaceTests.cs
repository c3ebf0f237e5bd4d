using System.Net;
using BatchLLM.Host.Retention;
using BatchLLM.Host.Work;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Retention;

/// <summary>Removal of results beside what goes on meanwhile: other servers, jobs that read them or write there, and crashes.</summary>
public sealed class ResultRaceTests(TestCluster cluster) : ServiceTests(cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private OldResults Old => new(Service);

    [Fact]
    public async Task Servers_that_remove_at_the_same_time_remove_each_once()
    {
        for (var index = 0; index < 12; index++)
        {
            await Old.WriteAsync($"old-{index}", 40);
        }

        await using var beside = await Service.StartBesideAsync();
        await OldResults.QuietAsync(beside);
        var other = new ResultRetention(beside.State.ResultRetention);
        var outcomes = await Task.WhenAll(Old.RemoveAsync(OldResults.Age), other.RemoveAsync(OldResults.Age, Token).ToListAsync(Token).AsTask());

        var removed = outcomes.SelectMany(list => list).ToList();
        Assert.All(removed, outcome => Assert.Equal((ResultFate.Removed, 4, null), (outcome.Fate, outcome.Files, outcome.Note)));
        Assert.Equal(12, removed.Select(outcome => outcome.Results.Id).Distinct().Count());
        Assert.Equal(12, removed.Count);
    }

    [Fact]
    public async Task A_job_whose_results_are_half_removed_never_goes_and_whoever_comes_next_goes_on()
    {
        var job = await Old.WriteAsync("old", 40);
        await Service.State.ResultRetention.BeginAsync([job.Id], OldResults.Age, (ids, _) => ids, Token);
        var half = await new JobRetention(Service.State.Retention).RemoveAsync(TimeSpan.FromDays(1), resultsExpire: false, Token);
        using var gone = await Client.GetAsync($"{job.Url}/results", Token);

        var outcome = Assert.Single(await Old.RemoveAsync(age: null)); // though no age is set any more

        Assert.Contains("are being removed", await ServiceHost.ProblemOfAsync(gone, HttpStatusCode.Gone), StringComparison.Ordinal);
        Assert.Equal((0L, job.Id, 4), (half.Jobs, outcome.Results.Id, outcome.Files));
    }

    [Fact]
    public async Task What_was_found_before_a_crash_is_what_the_job_says_afterwards()
    {
        var job = await Old.WriteAsync("old", 40);
        await Service.State.ResultRetention.BeginAsync([job.Id], OldResults.Age, (ids, _) => ids, Token);
        await Service.State.ResultRetention.NoteAsync(job.Id, "1 file was left", Token);
        Directory.Delete(Path.Combine(Service.Root, "old"), recursive: true);

        await Old.RemoveAsync(OldResults.Age);

        Assert.Equal("1 file was left", (await Old.FindAsync(job)).Removal!.Note);
    }

    [Fact]
    public async Task No_job_is_let_run_where_results_are_being_removed_and_none_are_removed_where_one_runs()
    {
        var job = await Old.WriteAsync("shared", 40);
        await Service.ExecuteAsync("update batchllm.jobs set key = 'other'");
        await using (await Service.State.ResultRetention.LockOutputAsync((await Old.FindAsync(job)).Definition.OutputUri, Token))
        {
            var refused = await Assert.ThrowsAsync<BatchLLMException>(() => WrittenJob.CreateAsync(Service, 1, output: "shared"));
            Assert.True(refused.IsTransient);
        }

        var writer = await WrittenJob.CreateAsync(Service, 1, output: "shared");
        var kept = Assert.Single(await Old.RemoveAsync(OldResults.Age));
        Assert.Equal((ResultFate.Kept, $"job {writer.Id} writes to the same output"), (kept.Fate, kept.Note));
        Assert.Equal(4, Old.Contents("shared").Count);

        await writer.CommitAsync(0);
        await writer.PublishAsync();
        var files = Old.Contents("shared");
        Assert.Contains("receipt did not stand there any more", Assert.Single(await Old.RemoveAsync(OldResults.Age)).Note, StringComparison.Ordinal);
        Assert.Equal(files, Old.Contents("shared"));
    }

    [Fact]
    public async Task A_list_of_inputs_made_while_they_were_removed_is_not_believed()
    {
        var job = await Old.WriteAsync("old", 40);
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
            Assert.Single(await Old.RemoveAsync(OldResults.Age));
            return [];
        }
    }

    [Fact]
    public async Task A_job_handed_in_while_its_input_is_removed_waits_and_fails_by_the_name_of_what_it_misses()
    {
        var job = await Old.WriteAsync("old", 40);
        await Service.State.ResultRetention.BeginAsync([job.Id], OldResults.Age, (ids, _) => ids, Token);
        File.Delete(Path.Combine(Service.Root, "old", "part-000000.jsonl")); // a half of what the pattern would catch
        var file = ServiceHost.Job("reader");
        file["input"] = "old/part-*.jsonl";
        var reader = await Service.AcceptAsync(file);

        await PlanAsync();
        var waiting = (await Service.State.Store.FindAsync(reader, Token))!;
        await Old.RemoveAsync(OldResults.Age);
        await Service.ExecuteAsync("update batchllm.jobs set not_before = null where id = @reader", new { reader });
        await PlanAsync();
        var failed = (await Service.State.Store.FindAsync(reader, Token))!;

        Assert.Equal(JobState.Queued, waiting.State);
        Assert.Contains($"Results of job {job.Id} (job) that an input names are being removed", waiting.Wait!.Trouble, StringComparison.Ordinal);
        Assert.Equal(JobState.Failed, failed.State);
        Assert.Contains("old/part-*.jsonl matches no file", failed.Reason, StringComparison.Ordinal);

        async Task PlanAsync()
        {
            using var shelf = new ModelShelf(device: null);
            var claimed = (await Service.State.Queue.ClaimAsync(new WorkerOffer("test", []), Token))!;
            await new JobPlanning(
                Service.State.Queue, shelf, new InputsInRemoval(Service.State.ResultRetention), new WorkerLog(TextWriter.Null, TimeProvider.System), TimeProvider.System)
                .PlanAsync(claimed.Job, claimed.Plan!, TimeSpan.FromMinutes(1), Token);
        }
    }
}
