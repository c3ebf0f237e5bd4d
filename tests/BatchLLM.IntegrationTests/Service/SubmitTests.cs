using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

public sealed class SubmitTests(TestCluster cluster) : ServiceTests(cluster)
{
    [Fact]
    public async Task A_job_is_accepted_at_once_and_queued()
    {
        using var response = await Service.SubmitAsync(
            ServiceHost.Job("nightly"), "?priority=7&deadline=2026-12-01T06:00:00Z");

        var job = await ServiceHost.JsonOfAsync(response, HttpStatusCode.Created);
        Assert.Equal($"/api/jobs/{job.GetProperty("id").GetInt64()}", response.Headers.Location!.ToString());
        Assert.Equal(
            ("nightly", "queued", 7), (Text(job, "name"), Text(job, "state"), job.GetProperty("priority").GetInt32()));
        Assert.Equal(
            DateTimeOffset.Parse("2026-12-01T06:00:00Z", System.Globalization.CultureInfo.InvariantCulture),
            job.GetProperty("deadline").GetDateTimeOffset());
        Assert.Equal($"file://{Service.Root}/out/nightly", Text(job, "output"));
        using var again = await Client.GetAsync(response.Headers.Location);
        Assert.Equal(job.ToString(), (await ServiceHost.JsonOfAsync(again, HttpStatusCode.OK)).ToString());
    }

    [Fact]
    public async Task A_job_file_may_name_the_day_and_az_or_s3_addresses_below_the_roots()
    {
        var job = ServiceHost.Job();
        job["input"] = "s3://bucket/in/dt={{date}}/*.jsonl";

        var id = await Service.AcceptAsync(job);

        var stored = await Service.State.Store.FindAsync(id, CancellationToken.None);
        var date = stored!.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains($"\"s3://bucket/in/dt={date}/*.jsonl\"", stored.Definition.SpecJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_job_file_is_listed_with_its_place()
    {
        using var response = await Service.SubmitAsync(
            "{\n  \"name\": \"a b\",\n  \"modle\": 1,\n  \"prompt\": { \"text\": \"{{a\" },\n  \"output\": { \"uri\": \"out\" }\n}");

        var problem = await ServiceHost.JsonOfAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var errors = problem.GetProperty("errors").EnumerateArray().ToList();
        Assert.Contains(errors, error => Place(error) == ("name", 2, 11));
        Assert.Contains(errors, error => Place(error) == ("modle", 3, 3)
            && Text(error, "message").Contains("did you mean 'model'?", StringComparison.Ordinal));
        Assert.Contains(errors, error => Text(error, "path") == "prompt.text");
        Assert.Contains(errors, error => Text(error, "message").Contains("lacks the key 'input'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Broken_JSON_is_refused_with_its_position()
    {
        using var response = await Service.SubmitAsync("{\n  \"name\": oops\n}");

        var problem = await ServiceHost.JsonOfAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal(("", 2, 11), Place(Assert.Single(problem.GetProperty("errors").EnumerateArray())));
    }

    [Theory]
    [InlineData("input", "/etc/passwd")]
    [InlineData("input", "../secret.jsonl")]
    [InlineData("input", "file:///etc/passwd")]
    [InlineData("input", "s3://bucket/other/a.jsonl")]
    [InlineData("input", "az://account/container/a.jsonl")]
    [InlineData("output", "../elsewhere")]
    [InlineData("model", "../../../etc")]
    [InlineData("model", "/etc")]
    [InlineData("model", "no-such-model")]
    [InlineData("model", "model\u0000")]
    public async Task What_lies_outside_of_the_roots_is_refused(string key, string address)
    {
        var job = ServiceHost.Job();
        job[key] = key == "output" ? new JsonObject { ["uri"] = address } : address;

        using var response = await Service.SubmitAsync(job);

        var problem = await ServiceHost.JsonOfAsync(response, HttpStatusCode.BadRequest);
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.StartsWith(key, Text(error, "path"), StringComparison.Ordinal);
        Assert.Empty(await Service.State.Store.ListAsync(10, CancellationToken.None));
    }

    [Theory]
    [InlineData("out")]
    [InlineData("folder/out")]
    public async Task A_link_that_leads_out_of_a_root_is_refused(string link)
    {
        Directory.CreateDirectory(Path.Combine(Service.Root, "folder"));
        Directory.CreateSymbolicLink(Path.Combine(Service.Root, link), "/etc");
        var job = ServiceHost.Job();
        job["input"] = $"{link}/*.conf";

        using var response = await Service.SubmitAsync(job);

        Assert.Contains("outside", await ServiceHost.ProblemOfAsync(response, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_in_an_address_is_refused_and_not_repeated()
    {
        var job = ServiceHost.Job();
        job["input"] = "https://account.blob.core.windows.net/container/a.jsonl?sv=2024&sig=c2VjcmV0";

        using var response = await Service.SubmitAsync(job);

        Assert.DoesNotContain(
            "c2VjcmV0", await ServiceHost.ProblemOfAsync(response, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.EndsWith("POST /api/jobs/: 400", Service.Log.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?priority=101", "expected -100 to 100")]
    [InlineData("?priority=high", "priority is 'high'; expected a whole number.")]
    [InlineData("?deadline=tomorrow", "deadline is 'tomorrow'; expected a time such as")]
    public async Task A_bad_setting_is_named(string query, string expected)
    {
        using var response = await Service.SubmitAsync(ServiceHost.Job(), query);

        Assert.Contains(expected, await ServiceHost.ProblemOfAsync(response, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData(null)]
    public async Task Only_JSON_is_taken(string? contentType)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(ServiceHost.Job().ToJsonString()));
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var response = await Client.PostAsync("/api/jobs", content);

        await ServiceHost.ProblemOfAsync(response, HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_request_is_repeated_by_its_idempotency_key()
    {
        using var first = await Service.SubmitAsync(ServiceHost.Job(), key: "\"8e03978e-40d5-43dd\"");
        using var again = await Service.SubmitAsync(ServiceHost.Job(), key: "8e03978e-40d5-43dd");
        using var other = await Service.SubmitAsync(ServiceHost.Job("other"), key: "8e03978e-40d5-43dd");
        using var priority = await Service.SubmitAsync(ServiceHost.Job(), "?priority=1", key: "8e03978e-40d5-43dd");

        var job = await ServiceHost.JsonOfAsync(first, HttpStatusCode.Created);
        var repeated = await ServiceHost.JsonOfAsync(again, HttpStatusCode.OK);
        Assert.Equal(job.GetProperty("id").GetInt64(), repeated.GetProperty("id").GetInt64());
        await ServiceHost.ProblemOfAsync(other, HttpStatusCode.UnprocessableEntity);
        await ServiceHost.ProblemOfAsync(priority, HttpStatusCode.UnprocessableEntity);
        Assert.Single(await Service.State.Store.ListAsync(10, CancellationToken.None));
    }

    [Fact]
    public async Task A_thousand_jobs_of_fifty_clients_are_each_there_once()
    {
        const int Clients = 50;
        const int Each = 20;
        var ids = new System.Collections.Concurrent.ConcurrentBag<long>();

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            for (var i = 0; i < Each; i++)
            {
                // Every fourth is sent twice, as a client does that lost the answer.
                var (job, key) = (ServiceHost.Job($"job-{client}-{i}"), $"{client}-{i}");
                using var response = await Service.SubmitAsync(job, key: key);
                ids.Add((await ServiceHost.JsonOfAsync(response, HttpStatusCode.Created)).GetProperty("id").GetInt64());
                using var again = i % 4 == 0 ? await Service.SubmitAsync(job, key: key) : null;
                Assert.True(again is null or { StatusCode: HttpStatusCode.OK });
            }
        }));

        var names = await NamesAsync();
        Assert.Equal(Clients * Each, ids.Distinct().Count());
        Assert.Equal(Clients * Each, names.Count);
        Assert.Equal(Clients * Each, names.Distinct().Count());
    }

    private async Task<List<string>> NamesAsync()
    {
        var (names, next) = (new List<string>(), "");
        do
        {
            using var response = await Client.GetAsync($"/api/jobs?limit=200&state=queued{next}");
            var page = await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);
            names.AddRange(page.GetProperty("jobs").EnumerateArray().Select(job => Text(job, "name")));
            next = page.TryGetProperty("next", out var before) ? $"&before={before.GetInt64()}" : null;
        }
        while (next is not null);

        return names;
    }

    private static (string Path, int Line, int Column) Place(JsonElement error) =>
        (Text(error, "path"),
            error.TryGetProperty("line", out var line) ? line.GetInt32() : 0,
            error.TryGetProperty("column", out var column) ? column.GetInt32() : 0);

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
