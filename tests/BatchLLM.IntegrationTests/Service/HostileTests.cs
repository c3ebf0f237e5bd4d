using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

/// <summary>Requests that no client of good will sends.</summary>
public sealed class HostileTests(TestCluster cluster) : ServiceTests(cluster)
{
    private const string Sql = "'; drop table batchllm.jobs; --";

    [Fact]
    public async Task A_body_of_ten_gigabytes_is_refused_before_it_is_sent()
    {
        var answer = await SendAsync(
            $"POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {10L << 30}\r\n\r\n{{");

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_long_without_saying_so_is_refused()
    {
        using var content = new StreamContent(new MemoryStream(new byte[(1 << 20) + 1]));
        content.Headers.Add("Content-Type", "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = content };
        request.Headers.TransferEncodingChunked = true;

        using var response = await Client.SendAsync(request);

        await ServiceHost.ProblemOfAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_body_that_never_comes_is_not_waited_for()
    {
        var answer = await SendAsync(
            "POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000_000, "[", "")]
    [InlineData(100_000, "{\"a\":", "1")]
    public async Task Nesting_has_an_end(int depth, string open, string end)
    {
        using var response = await Service.SubmitAsync(string.Concat(Enumerable.Repeat(open, depth)) + end);

        Assert.Contains("depth", await ServiceHost.ProblemOfAsync(response, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/schedules")]
    [InlineData("/api/preflight")]
    [InlineData("/v1/batches")]
    public async Task Nesting_has_an_end_wherever_JSON_is_taken(string path)
    {
        using var content = new StringContent(string.Concat(Enumerable.Repeat("{\"a\":[", 100_000)), Encoding.UTF8, "application/json");

        using var response = await Client.PostAsync(path, content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await AssertAliveAsync();
    }

    [Theory]
    [InlineData("/api/jobs/")]
    [InlineData("/api/schedules/")]
    [InlineData("/v1/files/")]
    [InlineData("/v1/batches/")]
    [InlineData("/v1/models/")]
    [InlineData("/jobs/")]
    [InlineData("/v1/files?after=")]
    [InlineData("/v1/batches?after=")]
    [InlineData("/api/jobs?state=")]
    [InlineData("/api/jobs?before=")]
    [InlineData("/api/jobs/1/results?after_shard=")]
    public async Task SQL_and_paths_in_an_address_find_nothing(string start)
    {
        foreach (var text in (string[])[Sql, "1 or 1=1", "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "\0", new string('9', 3000)])
        {
            using var response = await Client.GetAsync(start + Uri.EscapeDataString(text));

            Assert.True(
                response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{start}{text[..Math.Min(text.Length, 30)]}: {response.StatusCode}");
            Assert.DoesNotContain("root:", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await AssertAliveAsync();
    }

    [Fact]
    public async Task A_file_full_of_mistakes_gets_a_short_answer()
    {
        using var response = await Service.SubmitAsync(
            "{" + string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"k{i}\":0")) + "}");

        var problem = await ServiceHost.JsonOfAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(100, problem.GetProperty("errors").GetArrayLength());
    }

    [Theory]
    [InlineData("https://account.blob.core.windows.net/container/")]
    [InlineData("s3://bucket/in/")]
    public async Task An_address_made_to_be_searched_for_hours_is_refused(string start)
    {
        var job = ServiceHost.Job();
        job["input"] = start + string.Concat(Enumerable.Repeat("?&", 100_000));

        using var response = await Service.SubmitAsync(job);

        Assert.Contains(
            "expected at most 4096", await ServiceHost.ProblemOfAsync(response, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("model")]
    [InlineData("input")]
    [InlineData("id_column")]
    [InlineData("engine")]
    public async Task SQL_in_a_text_is_a_text(string key)
    {
        var job = ServiceHost.Job();
        job[key] = Sql;

        using var response = await Service.SubmitAsync(job);

        // Where any text may stand it is stored as it is; anywhere else it is refused.
        Assert.True(response.StatusCode is HttpStatusCode.Created or HttpStatusCode.BadRequest);
        await AssertAliveAsync();
    }

    [Fact]
    public async Task SQL_in_prompts_keys_and_filters_is_a_text()
    {
        var job = ServiceHost.Job();
        job["prompt"] = new JsonObject { ["text"] = Sql };
        job["output"] = new JsonObject { ["uri"] = $"out/{Sql}", ["columns"] = new JsonArray(Sql) };

        using var response = await Service.SubmitAsync(job, key: Sql);
        using var listed = await Client.GetAsync($"/api/jobs?name={Uri.EscapeDataString(Sql)}");

        await ServiceHost.JsonOfAsync(response, HttpStatusCode.Created);
        Assert.Empty((await ServiceHost.JsonOfAsync(listed, HttpStatusCode.OK)).GetProperty("jobs").EnumerateArray());
        await AssertAliveAsync();
    }

    [Theory]
    [InlineData("\"unfinished")]
    [InlineData("\"two\" \"strings\"")]
    [InlineData("\"bad \\escape\"")]
    [InlineData("")]
    [InlineData("\"\"")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        using var response = await Service.SubmitAsync(ServiceHost.Job(), key: key);

        await ServiceHost.ProblemOfAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Line_ends_in_a_key_make_no_header()
    {
        var body = ServiceHost.Job().ToJsonString();
        var answer = await SendAsync(
            $"POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n" +
            $"Idempotency-Key: a\rSet-Cookie: x=y\r\nConnection: close\r\n\r\n{body}");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Set-Cookie", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_key_and_long_headers_are_refused()
    {
        using var key = await Service.SubmitAsync(ServiceHost.Job(), key: new string('k', 256));
        var answer = await SendAsync($"GET /api/jobs HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 20_000)}\r\n\r\n");

        await ServiceHost.ProblemOfAsync(key, HttpStatusCode.BadRequest);
        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example", null)]
    [InlineData("127.0.0.1.evil.example", null)]
    [InlineData("192.168.0.7:8402", null)]
    [InlineData("localhost", "http://evil.example")]
    [InlineData("localhost", "null")]
    [InlineData("localhost:1", "http://localhost:2")]
    public async Task Pages_of_other_sites_are_kept_off(string host, string? origin)
    {
        var id = await Service.AcceptAsync(ServiceHost.Job());
        var header = origin is null ? "" : $"Origin: {origin}\r\n";

        var answer = await SendAsync(
            $"POST /api/jobs/{id}/cancel HTTP/1.1\r\nHost: {host}\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
        Assert.Equal(BatchLLM.Jobs.JobState.Queued, (await Service.State.Store.FindAsync(id, CancellationToken.None))!.State);
    }

    /// <summary>Sends bytes and reads until the other side closes.</summary>
    private async Task<string> SendAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Client.BaseAddress!.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer);
        }
        catch (IOException)
        {
            // A connection that is refused while there is more to read is reset; what came before counts.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    private async Task AssertAliveAsync()
    {
        var id = await Service.AcceptAsync(ServiceHost.Job("alive"));
        Assert.NotNull(await Service.State.Store.FindAsync(id, CancellationToken.None));
    }
}
