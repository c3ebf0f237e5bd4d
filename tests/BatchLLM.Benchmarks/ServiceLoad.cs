using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchLLM.Benchmarks;

/// <summary>
/// The service under load: a thousand small jobs from fifty clients at once, and one large job by one, two and four workers. Everything
/// is real but the model: processes, HTTP, PostgreSQL, files.
/// </summary>
internal sealed class ServiceLoad : IAsyncDisposable
{
    private const int Clients = 50;
    private const int Jobs = 1000;
    private const int SmallRows = 20;
    private const int WorkersBeside = 4;
    private const int JobsAlone = 200;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly ServiceProcesses _processes;

    private ServiceLoad(ServiceProcesses processes) => _processes = processes;

    private HttpClient Client => _processes.Client;

    /// <summary>Prints Markdown tables.</summary>
    /// <param name="executable">The BatchLLM.Host executable.</param>
    /// <param name="modelDirectory">Whose tokenizer is used.</param>
    /// <param name="rows">Rows of the large job.</param>
    public static async Task RunAsync(string executable, string modelDirectory, int rows)
    {
        await using var load = new ServiceLoad(await ServiceProcesses.StartAsync(executable, modelDirectory));
        TicketRows.Write(load._processes.PathOf("small.jsonl"), SmallRows);
        TicketRows.Write(load._processes.PathOf("large.jsonl"), rows);
        await load.MeasureClientsAsync();
        await load.MeasureAloneAsync();
        Console.WriteLine("\n| Workers | rows/s, planned to published | transactions a second | for 10,000 rows |\n|---|---|---|---|");
        foreach (var workers in new[] { 1, 2, 4 })
        {
            await load.MeasureWorkersAsync(workers, rows);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _processes.DisposeAsync();

    private async Task MeasureClientsAsync()
    {
        var workers = await _processes.StartWorkersAsync(WorkersBeside);
        var (submits, gets) = (new Latencies(), new Latencies());
        var start = Stopwatch.GetTimestamp();
        var ids = (await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => SubmitAsync(client, submits, gets)))).SelectMany(made => made).ToList();
        var accepted = Stopwatch.GetElapsedTime(start).TotalSeconds;
        foreach (var id in ids)
        {
            await CompleteAsync(id, SmallRows);
        }

        var done = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Jobs} jobs of {SmallRows} rows from {Clients} clients at once, {WorkersBeside} workers beside: accepted in {accepted:F1} s, all completed after {done:F1} s, " +
            $"{ids.Distinct().Count()} different jobs.\n\n| Request | p50, ms | p99, ms | p99 / p50 |\n|---|---|---|---|\n{submits.Line("submit")}\n{gets.Line("get")}"));
        await EndAsync(workers);
    }

    /// <summary>Small jobs that wait already when the only worker starts: what one of them takes, from the first that is planned to the last receipt.</summary>
    private async Task MeasureAloneAsync()
    {
        var ids = new List<long>();
        for (var job = 0; job < JobsAlone; job++)
        {
            using var response = await Client.PostAsync("/api/jobs", Job($"alone-{job}", "small.jsonl"));
            ids.Add((await JsonOfAsync(response)).GetProperty("id").GetInt64());
        }

        var before = await _processes.TransactionsAsync();
        var workers = await _processes.StartWorkersAsync(1);
        var jobs = new List<JsonElement>();
        foreach (var id in ids)
        {
            jobs.Add(await CompleteAsync(id, SmallRows));
        }

        await EndAsync(workers);
        var transactions = await _processes.TransactionsAsync() - before;
        var seconds = (jobs.Max(job => Time(job, "finished_at")) - jobs.Min(job => Time(job, "planned_at"))).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\nOne worker alone: {JobsAlone} jobs of {SmallRows} rows, {JobsAlone / seconds:F1} a second, {(double)transactions / JobsAlone:F1} transactions each."));
    }

    private async Task<List<long>> SubmitAsync(int client, Latencies submits, Latencies gets)
    {
        var ids = new List<long>();
        for (var job = 0; job < Jobs / Clients; job++)
        {
            using var response = await submits.MeasureAsync(() => Client.PostAsync("/api/jobs", Job($"small-{client}-{job}", "small.jsonl")));
            ids.Add((await JsonOfAsync(response)).GetProperty("id").GetInt64());
            using var got = await gets.MeasureAsync(() => Client.GetAsync($"/api/jobs/{ids[^1]}"));
            got.EnsureSuccessStatusCode();
        }

        return ids;
    }

    private async Task MeasureWorkersAsync(int count, int rows)
    {
        var before = await _processes.TransactionsAsync();
        var workers = await _processes.StartWorkersAsync(count);
        using var response = await Client.PostAsync("/api/jobs", Job($"large-{count}", "large.jsonl"));
        var job = await CompleteAsync((await JsonOfAsync(response)).GetProperty("id").GetInt64(), rows);
        await EndAsync(workers);
        var transactions = await _processes.TransactionsAsync() - before;
        var seconds = (Time(job, "finished_at") - Time(job, "planned_at")).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {count} | {rows / seconds:N0} | {transactions / seconds:F1} | {transactions * 10_000.0 / rows:F1} |"));
    }

    private static DateTimeOffset Time(JsonElement job, string name) => job.GetProperty(name).GetDateTimeOffset();

    private static Task EndAsync(List<RunningProcess> workers) => Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));

    /// <summary>The job once it is over: completed, with as many rows as went in.</summary>
    private async Task<JsonElement> CompleteAsync(long id, int rows)
    {
        using var timer = new PeriodicTimer(Poll);
        while (true)
        {
            var job = await Client.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}");
            var state = job.GetProperty("state").GetString();
            if (state is "completed")
            {
                var counts = job.GetProperty("rows");
                return counts.GetProperty("in").GetInt64() == rows && counts.GetProperty("failed").GetInt64() == 0
                    ? job
                    : throw new InvalidOperationException($"Job {id} lost rows: {counts}");
            }

            if (state is "failed" or "paused" or "cancelled")
            {
                throw new InvalidOperationException($"Job {id} is {state}: {job}");
            }

            await timer.WaitForNextTickAsync();
        }
    }

    private StringContent Job(string name, string input) => new(
        new JsonObject
        {
            ["name"] = name,
            ["model"] = _processes.Model,
            ["input"] = _processes.PathOf(input),
            ["prompt"] = new JsonObject { ["text"] = "{{body}}" },
            ["engine"] = "echo",
            ["sampling"] = new JsonObject { ["max_tokens"] = 16 },
            ["output"] = new JsonObject { ["uri"] = _processes.PathOf($"out/{name}") },
        }.ToJsonString(),
        Encoding.UTF8,
        "application/json");

    private static async Task<JsonElement> JsonOfAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException(text);
    }
}
