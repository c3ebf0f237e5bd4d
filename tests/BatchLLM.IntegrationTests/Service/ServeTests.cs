using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.IntegrationTests.Cli;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

/// <summary>The whole way of a job through the real <c>batchllm serve</c>.</summary>
public sealed class ServeTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Theory]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    public async Task The_demos_job_goes_from_its_submission_to_its_receipt(string format)
    {
        await using var serve = await StartAsync(Demo);
        var output = Path.Combine(cli.DataDirectory, format);
        var job = await SubmitDemoAsync(serve, output, format);

        var states = new List<JsonElement>();
        await foreach (var item in SseParser.Create(await serve.Client.GetStreamAsync($"{job}/events")).EnumerateAsync())
        {
            states.Add(JsonDocument.Parse(item.Data).RootElement);
        }

        var rows = (await serve.Client.GetStringAsync($"{job}/results")).TrimEnd('\n').Split('\n');
        var errors = (await serve.Client.GetStringAsync($"{job}/errors")).TrimEnd('\n').Split('\n');
        var receipt = JsonDocument.Parse(await serve.Client.GetStringAsync($"{job}/receipt")).RootElement;
        var last = states[^1];
        Assert.Equal(("completed", 1.0), (last.GetProperty("state").GetString(), last.GetProperty("progress").GetDouble()));
        Assert.Equal(2000, rows.Length);
        Assert.All(rows, row => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(row).RootElement.ValueKind));
        Assert.Equal(receipt.GetProperty("rows").GetProperty("failed").GetInt32(), errors.Length);
        Assert.Equal(2000, receipt.GetProperty("rows").GetProperty("in").GetInt32());
        Assert.Equal(0, await serve.EndAsync());
    }

    [Fact]
    public async Task Waiting_for_results_ends_with_all_of_them()
    {
        await using var serve = await StartAsync(Demo);
        var job = await SubmitDemoAsync(serve, Path.Combine(cli.DataDirectory, "waited"), "jsonl");

        var rows = await serve.Client.GetStringAsync($"{job}/results?wait=true");

        var parts = Directory.GetFiles(Path.Combine(cli.DataDirectory, "waited"), "part-*.jsonl").Order(StringComparer.Ordinal);
        Assert.Equal(string.Concat(parts.Select(File.ReadAllText)), rows);
    }

    [Fact]
    public async Task Ended_by_a_signal_it_keeps_what_it_accepted()
    {
        long id;
        await using (var first = await StartAsync("--no-worker"))
        {
            Directory.CreateDirectory(Path.Combine(cli.DataDirectory, "models", "tiny"));
            var job = ServiceHost.Job();
            job["model"] = "tiny";
            using var response = await first.PostAsync(job.ToJsonString());
            id = (await ServiceHost.JsonOfAsync(response, HttpStatusCode.Created)).GetProperty("id").GetInt64();
            Assert.Equal(0, await first.EndAsync());
        }

        await using var second = await StartAsync("--no-worker");
        using var found = await second.Client.GetAsync($"/api/jobs/{id}");
        Assert.Equal("queued", (await ServiceHost.JsonOfAsync(found, HttpStatusCode.OK)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_deadline_without_a_time_zone_is_UTC_wherever_the_server_stands()
    {
        Directory.CreateDirectory(Path.Combine(cli.DataDirectory, "models", "tiny"));
        await using var serve = await ServeProcess.StartAsync(cli.Start(
            new() { ["TZ"] = "America/New_York" }, "serve", "--listen", "http://127.0.0.1:0", "--json", "--no-worker"));
        var job = ServiceHost.Job("due");
        job["model"] = "tiny";

        using var response = await serve.Client.PostAsync(
            "/api/jobs?deadline=2030-07-01T12:00:00", new StringContent(job.ToJsonString(), System.Text.Encoding.UTF8, "application/json"));

        var due = (await ServiceHost.JsonOfAsync(response, HttpStatusCode.Created)).GetProperty("deadline").GetDateTimeOffset();
        Assert.Equal(new DateTimeOffset(2030, 7, 1, 12, 0, 0, TimeSpan.Zero), due);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_in_a_sentence()
    {
        await using var first = await StartAsync("--no-worker");

        var second = await cli.RunAsync("serve", "--no-worker", "--listen", first.Client.BaseAddress!.ToString());

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("Choose another port with --listen.", second.Error, StringComparison.Ordinal);
    }

    private string[] Demo =>
        [
            "--root", Checkout.Root, "--root", cli.DataDirectory, "--data", $"{cli.DataDirectory}-openai",
            "--models", Path.GetDirectoryName(Checkout.DemoModel)!,
        ];

    private async Task<ServeProcess> StartAsync(params string[] arguments) => await ServeProcess.StartAsync(
        cli.Start([], ["serve", "--listen", "http://127.0.0.1:0", "--json", .. arguments]));

    private static async Task<string> SubmitDemoAsync(ServeProcess serve, string output, string format)
    {
        var job = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "jobs", "demo", "tickets.job.json")))!.AsObject();
        job["engine"] = "echo";
        job["model"] = "model";
        job["input"] = new JsonArray("jobs/demo/input/tickets-a.parquet", "jobs/demo/input/tickets-b.jsonl");
        job["output"] = new JsonObject { ["uri"] = output, ["format"] = format, ["columns"] = new JsonArray("customer") };
        using var response = await serve.PostAsync(job.ToJsonString());
        return (await ServiceHost.JsonOfAsync(response, HttpStatusCode.Created)).GetProperty("urls").GetProperty("self").GetString()!;
    }
}
