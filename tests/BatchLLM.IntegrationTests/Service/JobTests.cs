using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

public sealed class JobTests(TestCluster cluster) : ServiceTests(cluster)
{
    [Fact]
    public async Task Jobs_are_listed_newest_first_a_page_at_a_time()
    {
        var ids = new List<long>();
        foreach (var name in new[] { "a", "b", "a", "c", "a" })
        {
            ids.Add(await Service.AcceptAsync(ServiceHost.Job(name)));
        }

        var first = await GetAsync("/api/jobs?limit=2");
        var second = await GetAsync($"/api/jobs?limit=2&before={first.GetProperty("next").GetInt64()}");
        var last = await GetAsync($"/api/jobs?limit=2&before={second.GetProperty("next").GetInt64()}");
        var named = await GetAsync("/api/jobs?name=a&limit=3");

        Assert.Equal([ids[4], ids[3]], Ids(first));
        Assert.Equal([ids[2], ids[1]], Ids(second));
        Assert.Equal([ids[0]], Ids(last));
        Assert.False(last.TryGetProperty("next", out _));
        Assert.Equal([ids[4], ids[2], ids[0]], Ids(named));
        Assert.False(named.TryGetProperty("next", out _));
    }

    [Fact]
    public async Task Jobs_are_listed_by_their_states()
    {
        var (queued, paused) = (await Service.AcceptAsync(ServiceHost.Job()), await Service.AcceptAsync(ServiceHost.Job()));
        await PostAsync(paused, "pause", HttpStatusCode.OK);

        Assert.Equal([paused], Ids(await GetAsync("/api/jobs?state=paused")));
        Assert.Equal([paused, queued], Ids(await GetAsync("/api/jobs?state=paused&state=queued")));
        Assert.Empty(Ids(await GetAsync("/api/jobs?state=completed")));
    }

    [Theory]
    [InlineData("?limit=0", "expected 1 to 200")]
    [InlineData("?limit=201", "expected 1 to 200")]
    [InlineData("?limit=many", "limit is 'many'; expected a whole number.")]
    [InlineData("?limit=99999999999", "limit is '99999999999'; expected a whole number.")]
    [InlineData("?before=x", "before is 'x'; expected a whole number.")]
    [InlineData("?name=%00", "name holds a NUL character")]
    [InlineData("?state=Queued", "expected one of queued, running, paused, completed, cancelled, failed")]
    public async Task A_bad_filter_is_named(string query, string expected)
    {
        using var response = await Client.GetAsync($"/api/jobs{query}");

        Assert.Contains(expected, await ServiceHost.ProblemOfAsync(response, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_paused_resumed_and_cancelled_where_its_state_allows_it()
    {
        var id = await Service.AcceptAsync(ServiceHost.Job());

        Assert.Equal("queued", StateOf(await PostAsync(id, "resume", HttpStatusCode.Conflict)));
        Assert.Equal("paused", StateOf(await PostAsync(id, "pause", HttpStatusCode.OK)));
        Assert.Equal("paused", StateOf(await PostAsync(id, "pause", HttpStatusCode.Conflict)));
        Assert.Equal("queued", StateOf(await PostAsync(id, "resume?error_budget=5%25", HttpStatusCode.OK)));
        Assert.Equal("cancelled", StateOf(await PostAsync(id, "cancel", HttpStatusCode.OK)));
        Assert.Equal("cancelled", StateOf(await PostAsync(id, "cancel", HttpStatusCode.OK)));
        Assert.Equal("cancelled", StateOf(await PostAsync(id, "resume", HttpStatusCode.Conflict)));
        var job = await Service.State.Store.FindAsync(id, CancellationToken.None);
        Assert.Contains("\"error_budget\":\"5%\"", job!.Definition.SpecJson.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Service.Root, "out")));
    }

    [Fact]
    public async Task A_bad_error_budget_is_refused()
    {
        var id = await Service.AcceptAsync(ServiceHost.Job());
        await PostAsync(id, "pause", HttpStatusCode.OK);

        await PostAsync(id, "resume?error_budget=lots", HttpStatusCode.BadRequest);

        Assert.Equal("paused", StateOf(await GetAsync($"/api/jobs/{id}")));
    }

    [Theory]
    [InlineData("GET", "/api/jobs/1")]
    [InlineData("GET", "/api/jobs/1/results")]
    [InlineData("GET", "/api/jobs/1/results?wait=true")]
    [InlineData("GET", "/api/jobs/1/errors")]
    [InlineData("GET", "/api/jobs/1/events")]
    [InlineData("GET", "/api/jobs/1/receipt")]
    [InlineData("POST", "/api/jobs/1/pause")]
    [InlineData("POST", "/api/jobs/1/resume")]
    [InlineData("POST", "/api/jobs/1/cancel")]
    [InlineData("POST", "/api/jobs/1/retry")]
    [InlineData("POST", "/api/jobs/1/approve")]
    [InlineData("GET", "/api/jobs/1/canary")]
    [InlineData("GET", "/api/jobs/x")]
    [InlineData("GET", "/api/jobs/99999999999999999999")]
    [InlineData("GET", "/api/jobs/1%20or%201=1")]
    [InlineData("GET", "/api")]
    [InlineData("GET", "/other.json")]
    public async Task What_is_not_there_is_a_problem(string method, string url)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        using var response = await Client.SendAsync(request);

        await ServiceHost.ProblemOfAsync(response, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_method_is_a_problem()
    {
        using var response = await Client.DeleteAsync("/api/jobs");

        await ServiceHost.ProblemOfAsync(response, HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Health_and_readiness_are_told()
    {
        Assert.Equal("ok", (await GetAsync("/healthz")).GetProperty("status").GetString());
        foreach (var path in new[] { "/healthz", "/readyz" })
        {
            using var head = await Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        }

        Assert.Equal("ready", (await GetAsync("/readyz")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_service_without_its_database_is_alive_but_not_ready_and_says_nothing_of_where_it_was()
    {
        await Service.DropDatabaseAsync();

        Assert.Equal("ok", (await GetAsync("/healthz")).GetProperty("status").GetString());
        using var ready = await Client.GetAsync("/readyz");
        await ServiceHost.ProblemOfAsync(ready, HttpStatusCode.ServiceUnavailable);
        using var submitted = await Service.SubmitAsync(ServiceHost.Job());
        var detail = await ServiceHost.ProblemOfAsync(submitted, submitted.StatusCode);
        Assert.True((int)submitted.StatusCode >= 500);
        Assert.DoesNotContain("Host=", detail, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Password", detail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_preflight_tells_what_a_run_would_do()
    {
        await File.WriteAllLinesAsync(
            Path.Combine(Service.Root, "tickets.jsonl"),
            Enumerable.Range(0, 30).Select(Cli.TicketJob.Line).Append("{ not json"));

        using var response = await PostJobAsync("/api/preflight");
        var report = await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);

        Assert.Equal((31, 30, 1), (
            report.GetProperty("rows").GetInt32(), report.GetProperty("ready").GetInt32(), report.GetProperty("failed").GetInt32()));
        Assert.Empty(await Service.State.Store.ListAsync(10, CancellationToken.None));
        Assert.NotNull(await Service.State.Preflights.FindAsync(report.GetProperty("key").GetString()!, CancellationToken.None));
    }

    [Fact]
    public async Task A_preflight_of_a_job_that_cannot_run_says_why()
    {
        using var response = await PostJobAsync("/api/preflight");

        Assert.Contains(
            "matches no file", await ServiceHost.ProblemOfAsync(response, HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        using var measure = await PostJobAsync("/api/preflight?measure=NaN");
        await ServiceHost.ProblemOfAsync(measure, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_job_does_not_replace_what_it_reads()
    {
        var input = Path.Combine(Service.Root, "out", "job", "part-000000.jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(input)!);
        await File.WriteAllTextAsync(input, Cli.TicketJob.Line(1));
        var job = ServiceHost.Job();
        job["input"] = "out/job/*.jsonl";

        using var response = await PostJobAsync("/api/preflight", job);

        Assert.Contains(
            "would replace", await ServiceHost.ProblemOfAsync(response, HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> PostJobAsync(string url, JsonNode? job = null) => Client.PostAsync(
        url, new StringContent((job ?? ServiceHost.Job()).ToJsonString(), System.Text.Encoding.UTF8, "application/json"));

    private async Task<JsonElement> GetAsync(string url)
    {
        using var response = await Client.GetAsync(url);
        return await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);
    }

    private async Task<JsonElement> PostAsync(long id, string verb, HttpStatusCode expected)
    {
        using var response = await Client.PostAsync($"/api/jobs/{id}/{verb}", null);
        return await ServiceHost.JsonOfAsync(response, expected);
    }

    private static string? StateOf(JsonElement json) => json.GetProperty("state").GetString();

    private static IEnumerable<long> Ids(JsonElement page) =>
        page.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetInt64());
}
