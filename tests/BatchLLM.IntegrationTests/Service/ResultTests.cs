using System.Net;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

/// <summary>Results and errors of jobs whose shards are committed in every order, before and after publishing.</summary>
public sealed class ResultTests(TestCluster cluster) : ServiceTests(cluster)
{
    [Theory]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    public async Task Committed_shards_are_passed_on_in_order_before_and_after_publishing(string format)
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 3, format);
        await job.CommitAsync(1);
        var nothing = await ResultsAsync(job);
        await job.CommitAsync(0);
        var two = await ResultsAsync(job);
        await job.CommitAsync(2);
        var before = await ResultsAsync(job);
        await job.PublishAsync();
        var after = await ResultsAsync(job);
        var rest = await ResultsAsync(job, "?after_shard=0");

        var (first, second, third) = (await job.LinesAsync(0), await job.LinesAsync(1), await job.LinesAsync(2));
        Assert.Equal(("", null), nothing); // a client that goes on behind shard 1 would never see shard 0
        Assert.Equal((first + second, "1"), two);
        Assert.Equal((first + second + third, "2"), before);
        Assert.Equal(before, after);
        Assert.Equal((second + third, "2"), rest);
        Assert.Equal(("", null), await ResultsAsync(job, "?after_shard=2"));
        Assert.Equal(("", null), await ResultsAsync(job, $"?after_shard={int.MaxValue}"));
    }

    [Fact]
    public async Task Failed_rows_are_passed_on_in_order_before_and_after_publishing()
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 3);
        await job.CommitAsync(0);
        await job.CommitAsync(1);
        await job.CommitAsync(2);

        var before = await GetAsync($"{job.Url}/errors?after_shard=0");
        await job.PublishAsync();
        var after = await GetAsync($"{job.Url}/errors?after_shard=0");

        Assert.Equal(2, before.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"row\":7,", before.Text, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"overlong_prompt\"", before.Text, StringComparison.Ordinal);
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task A_client_that_waits_gets_each_shard_as_it_is_committed_and_the_end_with_the_job()
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 2);
        using var response = await Client.GetAsync($"{job.Url}/results?wait=true", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        foreach (var shard in new[] { 0, 1 })
        {
            await job.CommitAsync(shard);
            foreach (var expected in (await job.LinesAsync(shard)).TrimEnd('\n').Split('\n'))
            {
                Assert.Equal(expected, await lines.ReadLineAsync());
            }
        }

        await job.PublishAsync();
        Assert.Null(await lines.ReadLineAsync());
    }

    [Fact]
    public async Task A_cancelled_job_gives_what_it_has()
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 3);
        await job.CommitAsync(0);
        await job.CommitAsync(2);

        using var cancelled = await Client.PostAsync($"{job.Url}/cancel", null);

        await ServiceHost.JsonOfAsync(cancelled, HttpStatusCode.OK);
        Assert.Equal((await job.LinesAsync(0) + await job.LinesAsync(2), "2"), await ResultsAsync(job));
        using var receipt = await Client.GetAsync($"{job.Url}/receipt");
        var rows = (await ServiceHost.JsonOfAsync(receipt, HttpStatusCode.OK)).GetProperty("rows");
        Assert.Equal(WrittenJob.RowsPerShard, rows.GetProperty("skipped").GetInt32());
    }

    [Theory]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    public async Task Output_that_was_replaced_is_never_passed_off_as_the_jobs(string format)
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 1, format);
        await job.CommitAsync(0);
        await job.PublishAsync();
        var part = BatchLLM.Blobs.Files.FileUri.ToPath(job.Layout.Part(0));
        var bytes = await File.ReadAllBytesAsync(part);
        bytes[format == "jsonl" ? bytes.Length / 2 : 0] ^= 1;
        await File.WriteAllBytesAsync(part, format == "jsonl" ? bytes : [.. bytes, 0]);

        // Small answers may be held back until their end: either the status says it, or the transfer breaks off.
        var error = await Record.ExceptionAsync(() => Client.GetStringAsync($"{job.Url}/results"));

        var failure = Assert.IsType<HttpRequestException>(error);
        Assert.True(failure.StatusCode is null or HttpStatusCode.Gone, failure.ToString());
    }

    [Fact]
    public async Task A_receipt_is_there_when_the_job_is_over_and_only_its_own()
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 1);
        using var early = await Client.GetAsync($"{job.Url}/receipt");
        await job.CommitAsync(0);
        await job.PublishAsync();
        using var receipt = await Client.GetAsync($"{job.Url}/receipt");
        await File.WriteAllTextAsync(Path.Combine(Service.Root, "out", "receipt.json"), "{}");
        using var replaced = await Client.GetAsync($"{job.Url}/receipt");

        Assert.Contains("running", await ServiceHost.ProblemOfAsync(early, HttpStatusCode.NotFound), StringComparison.Ordinal);
        Assert.Equal(job.Id, (await ServiceHost.JsonOfAsync(receipt, HttpStatusCode.OK)).GetProperty("job").GetInt64());
        var problem = await ServiceHost.ProblemOfAsync(replaced, HttpStatusCode.Gone);
        Assert.StartsWith("receipt.json is not the receipt", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("results", "jsonl", "part-000000.jsonl")]
    [InlineData("results", "parquet", "part-000000.parquet")]
    [InlineData("errors", "jsonl", "errors.jsonl")]
    [InlineData("receipt", "jsonl", "receipt.json")]
    public async Task Output_that_was_moved_away_is_gone_and_only_the_log_says_from_where(string what, string format, string name)
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 1, format);
        await job.CommitAsync(0);
        await job.PublishAsync();
        Directory.Move(Path.Combine(Service.Root, "out"), Path.Combine(Service.Root, "elsewhere"));

        using var response = await Client.GetAsync($"{job.Url}/{what}");

        var detail = await ServiceHost.ProblemOfAsync(response, HttpStatusCode.Gone);
        Assert.StartsWith($"{name} is not where it was written any more", detail, StringComparison.Ordinal);
        Assert.DoesNotContain(Service.Root, detail, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(Service.Root, "out", name), Service.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_without_its_footer_is_not_what_the_job_wrote()
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 1, "parquet");
        await job.CommitAsync(0);
        await job.PublishAsync();
        var part = BatchLLM.Blobs.Files.FileUri.ToPath(job.Layout.Part(0));
        var bytes = await File.ReadAllBytesAsync(part);
        bytes.AsSpan(bytes.Length - 8).Clear();
        await File.WriteAllBytesAsync(part, bytes);

        using var response = await Client.GetAsync($"{job.Url}/results");

        var detail = await ServiceHost.ProblemOfAsync(response, HttpStatusCode.Gone);
        Assert.StartsWith("part-000000.parquet is not what was written any more", detail, StringComparison.Ordinal);
        Assert.Contains($"{part} is not what the job wrote any more", Service.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_that_cannot_be_read_is_the_storages_fault_and_only_the_log_says_why()
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 1);
        await job.CommitAsync(0);
        await job.PublishAsync();
        var receipt = Path.Combine(Service.Root, "out", "receipt.json");
        File.Delete(receipt);
        File.CreateSymbolicLink(receipt, receipt); // as an administrator may read everything, rights would stop nobody here

        using var response = await Client.GetAsync($"{job.Url}/receipt");

        var detail = await ServiceHost.ProblemOfAsync(response, HttpStatusCode.BadGateway);
        Assert.StartsWith("The storage refused receipt.json or failed at it", detail, StringComparison.Ordinal);
        Assert.DoesNotContain(Service.Root, detail, StringComparison.Ordinal);
        Assert.Contains($"Cannot read {receipt}", Service.Log, StringComparison.Ordinal);
    }

    private Task<(string Text, string? LastShard)> ResultsAsync(WrittenJob job, string query = "") =>
        GetAsync($"{job.Url}/results{query}");

    private async Task<(string Text, string? LastShard)> GetAsync(string url)
    {
        using var response = await Client.GetAsync(url);
        Assert.Equal((HttpStatusCode.OK, "application/x-ndjson"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var last = response.Headers.TryGetValues("BatchLLM-Last-Shard", out var values) ? values.Single() : null;
        return (await response.Content.ReadAsStringAsync(), last);
    }
}
