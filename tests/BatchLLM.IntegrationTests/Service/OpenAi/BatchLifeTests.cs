using System.Net;
using System.Text.Json;
using BatchLLM.Access;
using BatchLLM.Batches;
using BatchLLM.Blobs;
using BatchLLM.Host.Service.OpenAi;
using BatchLLM.Host.Service.OpenAi.Keeping;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.OpenAi;

/// <summary>Batches of a service that runs none: what becomes of them without a worker, or with one that the test plays.</summary>
public sealed class BatchLifeTests(IdleService idle) : IClassFixture<IdleService>
{
    private ServiceHost Service => idle.Service;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_that_is_cancelled_before_it_runs_has_all_its_requests_in_the_error_file()
    {
        var id = await Service.CreateBatchAsync(await Service.UploadAsync($"{OpenAiRequests.Line("a")}\n{OpenAiRequests.Line("b")}"));
        var running = await Service.WaitAsync(id, "in_progress");
        Assert.Equal(2, running.GetProperty("request_counts").GetProperty("total").GetInt32());

        using var response = await Service.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/cancel");
        await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);
        var batch = await Service.WaitAsync(id, "cancelled");

        Assert.Equal(JsonValueKind.Null, batch.GetProperty("output_file_id").ValueKind);
        Assert.Equal([("a", "batch_cancelled"), ("b", "batch_cancelled")], await UnrunAsync(batch));
        Assert.True(batch.GetProperty("cancelled_at").GetInt64() >= batch.GetProperty("cancelling_at").GetInt64());
        using var again = await Service.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/cancel");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_batch_whose_window_ends_delivers_what_is_done()
    {
        var lines = string.Join('\n', "abcdef".Select(letter => OpenAiRequests.Line($"{letter}")));
        var id = await Service.CreateBatchAsync(await Service.UploadAsync(lines));
        await Service.WaitAsync(id, "in_progress");
        await PlayedWorker.RunFirstShardAsync(Service, (await Service.State.Batches.FindAsync(id, Token))!.Job!.Id);
        await Service.ExecuteAsync("update batchllm.batches set expires_at = now() where id = @id", new { id });

        var batch = await Service.WaitAsync(id, "expired");

        var answer = Assert.Single(await Service.LinesAsync(batch, "output_file_id"));
        Assert.Equal("a", answer.GetProperty("custom_id").GetString());
        var errors = await Service.LinesAsync(batch, "error_file_id");
        Assert.Equal(["b", "c", "d", "e", "f"], errors.Select(line => line.GetProperty("custom_id").GetString()));
        Assert.Equal(400, errors[0].GetProperty("response").GetProperty("status_code").GetInt32());
        Assert.All(errors.Skip(1), line => Assert.Equal("batch_expired", line.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(
            (6, 1, 1),
            (Count(batch, "total"), Count(batch, "completed"), Count(batch, "failed")));
        Assert.True(batch.GetProperty("expired_at").GetInt64() >= batch.GetProperty("expires_at").GetInt64());
        await AssertFinishedAgainAsync(id);
        await AssertDeletedWithItsSourcesAsync(batch);
    }

    [Fact]
    public async Task A_job_that_fails_fails_its_batch_with_the_reason()
    {
        var id = await Service.CreateBatchAsync(await Service.UploadAsync(OpenAiRequests.Line("a")));
        await Service.WaitAsync(id, "in_progress");
        var jobId = (await Service.State.Batches.FindAsync(id, Token))!.Job!.Id;
        var claim = await PlayedWorker.ClaimAsync(Service, jobId);
        Assert.True(await Service.State.Queue.FailAsync(claim, "the model is damaged", Token));

        var batch = await Service.WaitAsync(id, "failed");

        var error = batch.GetProperty("errors").GetProperty("data")[0];
        Assert.Equal(("job_failed", "the model is damaged"), (error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
        Assert.True(batch.GetProperty("failed_at").GetInt64() > 0);
    }

    [Fact]
    public async Task A_file_that_is_no_text_of_lines_fails_its_batch_and_does_not_say_where_it_is_kept()
    {
        var file = await Service.UploadAsync("{\n  \"custom_id\": \"a\"\n}");

        var batch = await Service.WaitAsync(await Service.CreateBatchAsync(file), "failed");

        var error = Assert.Single(batch.GetProperty("errors").GetProperty("data").EnumerateArray());
        Assert.Equal("input_unreadable", error.GetProperty("code").GetString());
        Assert.StartsWith($"{file} ", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_a_batch_reads_stays_until_it_is_over()
    {
        var file = await Service.UploadAsync(OpenAiRequests.Line("a"));
        var id = await Service.CreateBatchAsync(file);
        using var refused = await Service.SendAsync(HttpMethod.Delete, $"/v1/files/{file}");
        await OpenAiRequests.ErrorOfAsync(refused, HttpStatusCode.Conflict);
        (await Service.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/cancel")).Dispose();
        await Service.WaitAsync(id, "cancelled");

        using var deleted = await Service.SendAsync(HttpMethod.Delete, $"/v1/files/{file}");

        Assert.True((await ServiceHost.JsonOfAsync(deleted, HttpStatusCode.OK)).GetProperty("deleted").GetBoolean());
        using var content = await Service.SendAsync(HttpMethod.Get, $"/v1/files/{file}/content");
        await OpenAiRequests.ErrorOfAsync(content, HttpStatusCode.NotFound);
        using var late = await Service.PostBatchAsync(file);
        await OpenAiRequests.ErrorOfAsync(late, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_same_key_with_the_same_request_is_one_batch_and_with_another_none()
    {
        var file = await Service.UploadAsync(OpenAiRequests.Line("a"));
        using var first = await Service.PostBatchAsync(file, idempotencyKey: "nightly-7");
        using var again = await Service.PostBatchAsync(file, idempotencyKey: "nightly-7");
        using var other = await Service.PostBatchAsync(file, window: "7d", idempotencyKey: "nightly-7");

        Assert.Equal(await IdOfAsync(first), await IdOfAsync(again));
        var error = await OpenAiRequests.ErrorOfAsync(other, HttpStatusCode.UnprocessableEntity);
        Assert.Equal("idempotency_conflict", error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Another_tenant_s_files_and_batches_are_not_there()
    {
        var (a, b, reader) = (await KeyAsync("a", AccessRole.Submit), await KeyAsync("b", AccessRole.Submit), await KeyAsync("a", AccessRole.Read));
        var file = await Service.UploadAsync(OpenAiRequests.Line("a"), a);
        var batch = await Service.CreateBatchAsync(file, key: a);

        foreach (var path in new[] { $"files/{file}", $"files/{file}/content", $"batches/{batch}", $"files?after={file}", $"batches?after={batch}" })
        {
            using var others = await Service.SendAsync(HttpMethod.Get, $"/v1/{path}", b);
            await OpenAiRequests.ErrorOfAsync(others, HttpStatusCode.NotFound);
            using var own = await Service.SendAsync(HttpMethod.Get, $"/v1/{path}", reader);
            Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        }

        using var cancel = await Service.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/cancel", b);
        using var delete = await Service.SendAsync(HttpMethod.Delete, $"/v1/files/{file}", b);
        using var create = await Service.PostBatchAsync(file, key: b);
        using var read = await Service.SendAsync(HttpMethod.Post, $"/v1/batches/{batch}/cancel", reader);
        Assert.Equal(
            [HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.Forbidden],
            new[] { cancel, delete, create, read }.Select(response => response.StatusCode));
        Assert.Equal(0, (await Service.GetAsync("/v1/files", b)).GetProperty("data").GetArrayLength());
        Assert.Equal(0, (await Service.GetAsync("/v1/batches", b)).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Bytes_of_a_deleted_file_go_and_who_deletes_what_a_page_lists_goes_on_behind_it()
    {
        var key = await KeyAsync("pager", AccessRole.Submit);
        var files = new List<string>();
        for (var number = 0; number < 3; number++)
        {
            files.Add(await Service.UploadAsync(OpenAiRequests.Line("a"), key));
        }

        var seen = new List<string>();
        for (string? after = null; ; after = seen[^1])
        {
            var page = await Service.GetAsync($"/v1/files?limit=1&order=asc{(after is null ? "" : $"&after={after}")}", key);
            seen.Add(page.GetProperty("last_id").GetString()!);
            (await Service.SendAsync(HttpMethod.Delete, $"/v1/files/{seen[^1]}", key)).Dispose();
            if (!page.GetProperty("has_more").GetBoolean())
            {
                break;
            }
        }

        Assert.Equal(files, seen);
        await SweepAsync();
        Assert.All(files, id => Assert.False(File.Exists(Path.Combine(Service.Data, "inputs", $"{id}.jsonl"))));
    }

    [Fact]
    public async Task Ranges_of_a_file_can_be_had()
    {
        var file = await Service.UploadAsync("0123456789");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/files/{file}/content");
        request.Headers.Range = new System.Net.Http.Headers.RangeHeaderValue(3, 5);

        using var response = await Service.Client.SendAsync(request, Token);

        Assert.Equal((HttpStatusCode.PartialContent, "345"), (response.StatusCode, await response.Content.ReadAsStringAsync(Token)));
    }

    private async Task AssertDeletedWithItsSourcesAsync(JsonElement batch)
    {
        var folder = Path.Combine(Service.Data, "batches", batch.GetProperty("id").GetString()!);
        Assert.True(File.Exists(Path.Combine(folder, "part-000000.jsonl")));

        (await Service.SendAsync(HttpMethod.Delete, $"/v1/files/{batch.GetProperty("output_file_id").GetString()}")).Dispose();
        await SweepAsync();

        Assert.Equal(
            [$"{batch.GetProperty("error_file_id").GetString()}.jsonl", "receipt.json"],
            Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(5, (await Service.LinesAsync(batch, "error_file_id")).Count);
    }

    private Task SweepAsync() => new FileSweep(
        Service.State.Files, new BatchLog(TextWriter.Null, TimeProvider.System), TimeProvider.System).RunAsync(Token);

    // As after a crash between the files and the batch's end, or beside another service that does the same.
    private async Task AssertFinishedAgainAsync(string id)
    {
        var before = await ContentAsync(id);
        var places = new OpenAiPlaces(new OpenAiSettings(BlobUri.FromText(Service.Data, "/"), ServiceHost.MostFileBytes));
        var finish = new BatchFinish(Service.State.Batches, Service.State.Store, places, new BatchLog(TextWriter.Null, TimeProvider.System));

        await finish.FinishAsync((await Service.State.Batches.FindAsync(id, Token))!, Token);

        Assert.Equal(before, await ContentAsync(id));
    }

    private async Task<(Batch, string, string)> ContentAsync(string id)
    {
        var batch = (await Service.State.Batches.FindAsync(id, Token))!;
        return (
            batch with { ReadAt = default, Faults = [] },
            await Service.Client.GetStringAsync($"/v1/files/{batch.OutputFileId}/content"),
            await Service.Client.GetStringAsync($"/v1/files/{batch.ErrorFileId}/content"));
    }

    private async Task<string> KeyAsync(string tenant, AccessRole role)
    {
        var token = AccessToken.Create();
        await Service.State.ApiKeys.CreateAsync(new NewApiKey(tenant, role, "test", null), AccessToken.DigestOf(token)!, Token);
        return token;
    }

    private async Task<IEnumerable<(string?, string?)>> UnrunAsync(JsonElement batch) =>
        (await Service.LinesAsync(batch, "error_file_id")).Select(line =>
            (line.GetProperty("custom_id").GetString(), line.GetProperty("error").GetProperty("code").GetString()));

    private static int Count(JsonElement batch, string name) => batch.GetProperty("request_counts").GetProperty(name).GetInt32();

    private static async Task<string> IdOfAsync(HttpResponseMessage response) =>
        (await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK)).GetProperty("id").GetString()!;
}
