using System.Net;
using System.Text;
using System.Text.Json;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

/// <summary>Retries as clients ask for them; what comes of them is tested where jobs run.</summary>
public sealed class RetryEndpointTests(TestCluster cluster) : ServiceTests(cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_that_is_over_runs_again_and_its_former_output_stands_meanwhile()
    {
        var job = await PublishedAsync();
        var files = Directory.EnumerateFiles(Path.Combine(Service.Root, "out")).Order(StringComparer.Ordinal).ToList();
        var former = files.ConvertAll(File.ReadAllText);
        var errors = await Client.GetStringAsync($"{job.Url}/errors", Token);

        using var response = await RetryAsync(job, """{"error":"overlong_prompt"}""");
        var retried = await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);

        Assert.Equal(("running", 1, "overlong_prompt", 0), (
            retried.GetProperty("state").GetString(),
            retried.GetProperty("retries").GetInt32(),
            retried.GetProperty("retry_error").GetString(),
            retried.GetProperty("rows").GetProperty("ok").GetInt32()));
        Assert.Equal(former, files.ConvertAll(File.ReadAllText));
        using var again = await RetryAsync(job, body: "");
        Assert.Contains("is running", await ServiceHost.ProblemOfAsync(again, HttpStatusCode.Conflict), StringComparison.Ordinal);
        await CancelAsync(job);
        Assert.Equal(errors, await Client.GetStringAsync($"{job.Url}/errors", Token));
        Assert.Equal("cancelled", ReceiptBuilder.TryParse(await Client.GetByteArrayAsync($"{job.Url}/receipt", Token))!.State);
    }

    [Theory]
    [InlineData("""{"error":"engine_error"}""", "has no row that failed with 'engine_error', of 2 that failed", HttpStatusCode.Conflict)]
    [InlineData("""{"error":"\u0000"}""", "has no row that failed with", HttpStatusCode.Conflict)]
    [InlineData("""{"error":""}""", "error is empty", HttpStatusCode.BadRequest)]
    [InlineData("""{"errors":"engine_error"}""", "/openapi.json describes it", HttpStatusCode.BadRequest)]
    [InlineData("""{"error":["engine_error"]}""", "/openapi.json describes it", HttpStatusCode.BadRequest)]
    [InlineData("[", "/openapi.json describes it", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_retried_is_said_and_changes_nothing(string body, string expected, HttpStatusCode status)
    {
        var job = await PublishedAsync();

        using var response = await RetryAsync(job, body);

        Assert.Contains(expected, await ServiceHost.ProblemOfAsync(response, status), StringComparison.Ordinal);
        Assert.Equal(JobState.Completed, (await Service.State.Store.FindAsync(job.Id, Token))!.State);
    }

    [Fact]
    public async Task A_job_whose_output_another_one_replaced_is_refused()
    {
        var job = await PublishedAsync();
        File.AppendAllText(Path.Combine(Service.Root, "out", "receipt.json"), " ");

        using var response = await RetryAsync(job, body: "");

        Assert.Contains("no receipt of its own", await ServiceHost.ProblemOfAsync(response, HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_s_job_is_refused()
    {
        var job = await PublishedAsync();
        await Service.ExecuteAsync(
            """
            insert into batchllm.files (bytes, id, tenant, purpose, name, uri, sha256)
            values (1, 'file-' || repeat('a', 24), 'default', 'batch', 'in.jsonl', 'file:///in.jsonl', repeat('a', 64));
            insert into batchllm.batches (job_id, request_count, model, expires_at, id, tenant, input_file_id, endpoint, completion_window)
            values (@Id, 8, 'model', now(), 'batch_' || repeat('a', 24), 'default', 'file-' || repeat('a', 24), '/v1/completions', '24h')
            """,
            new { job.Id });

        using var response = await RetryAsync(job, body: "");

        Assert.Contains("is that of a batch", await ServiceHost.ProblemOfAsync(response, HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    private async Task<WrittenJob> PublishedAsync()
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 2);
        await job.CommitAsync(0);
        await job.CommitAsync(1);
        await job.PublishAsync();
        return job;
    }

    private async Task<HttpResponseMessage> RetryAsync(WrittenJob job, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Client.PostAsync($"{job.Url}/retry", body.Length == 0 ? null : content, Token);
    }

    private async Task CancelAsync(WrittenJob job)
    {
        using var response = await Client.PostAsync($"{job.Url}/cancel", null, Token);
        Assert.Equal(JsonValueKind.Object, (await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK)).ValueKind);
    }
}
