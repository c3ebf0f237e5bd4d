using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace BatchLLM.Benchmarks;

/// <summary>
/// The service under load: a thousand small jobs from fifty clients at once, with and without workers that take the processor; and one large
/// job by one, two and four workers. Everything is real but the model: processes, HTTP, PostgreSQL, files.
/// </summary>
internal sealed class ServiceLoad : IAsyncDisposable
{
    private const int Clients = 50;
    private const int Jobs = 1000;
    private const int SmallRows = 20;
    private const int WorkersBeside = 4;
    private const int JobsAlone = 200;

    private readonly ServiceProcesses _processes;
    private readonly JobSignals _signals;
    private readonly ServiceJobs _jobs;

    private ServiceLoad(ServiceProcesses processes, JobSignals signals) =>
        (_processes, _signals, _jobs) = (processes, signals, new ServiceJobs(processes, signals));

    /// <summary>Prints Markdown tables.</summary>
    /// <param name="executable">The BatchLLM.Host executable.</param>
    /// <param name="modelDirectory">Whose tokenizer is used.</param>
    /// <param name="rows">Rows of the large job; none for the small ones only.</param>
    public static async Task RunAsync(string executable, string modelDirectory, int rows)
    {
        await using (var idle = await StartAsync(executable, modelDirectory))
        {
            await idle.MeasureClientsAsync(workersMeanwhile: 0);
        }

        await using var load = await StartAsync(executable, modelDirectory);
        await load.MeasureClientsAsync(WorkersBeside);
        await load.MeasureAloneAsync();
        if (rows > 0)
        {
            await load.MeasureLargeAsync(rows);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _signals.DisposeAsync();
        await _processes.DisposeAsync();
    }

    /// <summary>A server that has just started: the first requests of all are its first.</summary>
    private static async Task<ServiceLoad> StartAsync(string executable, string modelDirectory)
    {
        var processes = await ServiceProcesses.StartAsync(executable, modelDirectory);
        TicketRows.Write(processes.PathOf("small.jsonl"), SmallRows);
        return new ServiceLoad(processes, await processes.ListenAsync());
    }

    private async Task MeasureClientsAsync(int workersMeanwhile)
    {
        var workers = await _processes.StartWorkersAsync(workersMeanwhile);
        var (submits, gets) = (new Latencies(), new Latencies());
        var (start, before) = (Stopwatch.GetTimestamp(), _processes.ServerTime);
        var ids = (await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => SubmitAsync(client, submits, gets)))).SelectMany(made => made).ToList();
        var (accepted, computed) = (Stopwatch.GetElapsedTime(start), _processes.ServerTime - before);
        workers.AddRange(await _processes.StartWorkersAsync(WorkersBeside - workersMeanwhile));
        foreach (var id in ids)
        {
            await _jobs.CompleteAsync(id, SmallRows);
        }

        var done = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\n{Jobs} jobs of {SmallRows} rows from {Clients} clients at once, {workersMeanwhile} workers beside: accepted in {accepted.TotalSeconds:F1} s, for which the server " +
            $"computed {computed.TotalMilliseconds / Jobs:F2} ms each; {ids.Distinct().Count()} different jobs, all completed after {done.TotalSeconds:F1} s.\n\n" +
            $"| Request | p50, ms | p99, ms | p99 / p50 |\n|---|---|---|---|\n{submits.Line("submit")}\n{submits.LaterLine("submit, but each client's first")}\n" +
            $"{gets.Line("get")}\n{gets.LaterLine("get, but each client's first")}"));
        await EndAsync(workers);
    }

    private async Task<List<long>> SubmitAsync(int client, Latencies submits, Latencies gets)
    {
        var ids = new List<long>();
        for (var job = 0; job < Jobs / Clients; job++)
        {
            using var response = await submits.MeasureAsync(() => _jobs.PostAsync($"small-{client}-{job}", "small.jsonl"), isFirst: job == 0);
            ids.Add(await ServiceJobs.IdOfAsync(response));
            using var got = await gets.MeasureAsync(() => _processes.Client.GetAsync($"/api/jobs/{ids[^1]}"), isFirst: job == 0);
            got.EnsureSuccessStatusCode();
        }

        return ids;
    }

    /// <summary>Small jobs that wait already when the only worker starts: what one of them takes, from the first that is planned to the last receipt.</summary>
    private async Task MeasureAloneAsync()
    {
        var ids = new List<long>();
        for (var job = 0; job < JobsAlone; job++)
        {
            ids.Add(await _jobs.SubmitAsync($"alone-{job}", "small.jsonl"));
        }

        var before = await _processes.TransactionsAsync();
        var workers = await _processes.StartWorkersAsync(1);
        var jobs = new List<JsonElement>();
        foreach (var id in ids)
        {
            jobs.Add(await _jobs.CompleteAsync(id, SmallRows));
        }

        await EndAsync(workers);
        var transactions = await _processes.TransactionsAsync() - before;
        var seconds = (jobs.Max(job => ServiceJobs.Time(job, "finished_at")) - jobs.Min(job => ServiceJobs.Time(job, "planned_at"))).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\nOne worker alone: {JobsAlone} jobs of {SmallRows} rows, {JobsAlone / seconds:F1} a second, {(double)transactions / JobsAlone:F1} transactions each."));
    }

    private async Task MeasureLargeAsync(int rows)
    {
        TicketRows.Write(_processes.PathOf("large.jsonl"), rows);
        var rates = new TransactionRates(_processes, _signals, _jobs);
        Console.WriteLine(TransactionRates.Heading);
        foreach (var workers in new[] { 1, 2, 4 })
        {
            Console.WriteLine(await rates.MeasureAsync(workers, "large.jsonl", rows, "{{body}}"));
        }
    }

    private static Task EndAsync(List<RunningProcess> workers) => Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));
}
