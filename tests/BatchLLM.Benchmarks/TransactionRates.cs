using System.Diagnostics;
using System.Globalization;

namespace BatchLLM.Benchmarks;

/// <summary>What a large job costs the database: transactions of all processes together, over the whole run and over its steady middle.</summary>
/// <param name="processes">The server, and who starts workers.</param>
/// <param name="signals">Tells of the job's quarters.</param>
/// <param name="jobs">Hands it in.</param>
internal sealed class TransactionRates(ServiceProcesses processes, JobSignals signals, ServiceJobs jobs)
{
    /// <summary>Of the table.</summary>
    public const string Heading =
        "\n| Workers | rows/s, planned to published | rows/s, second and third quarter | transactions/s there | for each worker | for 10,000 rows | for 10,000 rows, from start to end of the workers |\n" +
        "|---|---|---|---|---|---|---|";

    /// <summary>Runs a job with workers of its own; a line of the table.</summary>
    /// <param name="workers">How many.</param>
    /// <param name="input">A file's name.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="prompt">The prompt's template.</param>
    public async Task<string> MeasureAsync(int workers, string input, int rows, string prompt)
    {
        var before = await processes.TransactionsAsync();
        var started = await processes.StartWorkersAsync(workers);
        var id = await jobs.SubmitAsync($"large-{workers}", input, prompt);
        var from = await ReadAsync(id, quarters: 1);
        var to = await ReadAsync(id, quarters: 3);
        var job = await jobs.CompleteAsync(id, rows);
        await Task.WhenAll(started.Select(worker => worker.DisposeAsync().AsTask()));
        var all = await processes.TransactionsAsync() - before;
        var seconds = (ServiceJobs.Time(job, "finished_at") - ServiceJobs.Time(job, "planned_at")).TotalSeconds;
        var middle = to - from;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {workers} | {rows / seconds:N0} | {middle.Rows / middle.Seconds:N0} | {middle.Transactions / middle.Seconds:F1} | {middle.Transactions / middle.Seconds / workers:F1} | " +
            $"{middle.Transactions * 10_000.0 / middle.Rows:F1} | {all * 10_000.0 / rows:F1} |");
    }

    private async Task<Reading> ReadAsync(long id, int quarters)
    {
        await signals.ReachedAsync(id, quarters);
        return new Reading(await processes.DoneAsync(id), await processes.TransactionsAsync(), Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency);
    }

    private readonly record struct Reading(long Rows, long Transactions, double Seconds)
    {
        public static Reading operator -(Reading to, Reading from) =>
            new(to.Rows - from.Rows, to.Transactions - from.Transactions, to.Seconds - from.Seconds);
    }
}
