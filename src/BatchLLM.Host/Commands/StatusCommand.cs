using System.CommandLine;
using System.Globalization;
using BatchLLM.Host.Display;
using BatchLLM.Host.Preflight;
using BatchLLM.Jobs;
using Spectre.Console;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm status [JOB]</c>.</summary>
internal static class StatusCommand
{
    private static readonly string[] Columns = ["Job", "Name", "State", "Rows", "Ok", "Truncated", "Failed", "Created"];

    public static Command Create()
    {
        var reference = new Argument<string?>("job")
        {
            Description = "A job's number or name; the newest jobs without.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var database = CommonOptions.Database();
        return new Command("status", "Shows the newest jobs, or one.") { reference, database }
            .Runs(async (parsed, terminal, cancellationToken) =>
            {
                await using var session = await DatabaseSession.OpenAsync(
                    parsed.GetValue(database), cancellationToken);
                await ShowAsync(session, parsed.GetValue(reference), terminal, cancellationToken);
                return ExitCodes.Ok;
            });
    }

    private static async Task ShowAsync(
        DatabaseSession session, string? reference, Terminal terminal, CancellationToken cancellationToken)
    {
        if (reference is null)
        {
            Show(await session.Store.ListAsync(20, cancellationToken), preflight: null, terminal);
            return;
        }

        var job = await JobReference.FindAsync(session.Store, reference, cancellationToken);
        var report = await ReportKeeping.FindAsync(session.Preflights, job, cancellationToken);
        Show([job], EstimateCheck.Of(job, report), terminal);
    }

    private static void Show(IReadOnlyList<Job> jobs, EstimateCheck? preflight, Terminal terminal)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(jobs.Select(job => JobOutput.Of(job, preflight)));
        }
        else if (jobs.Count == 0)
        {
            terminal.Text.WriteLine("No jobs yet. `batchllm run JOB.json` starts one.");
        }
        else
        {
            terminal.Ansi.Write(Table(jobs));
            ShowReasons(jobs, terminal);
            foreach (var line in preflight is null ? [] : EstimateLines.Of(preflight))
            {
                terminal.Text.WriteLine(line);
            }
        }
    }

    private static Table Table(IReadOnlyList<Job> jobs)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(Columns);
        foreach (var job in jobs)
        {
            table.AddRow(Cells(job).Select(Markup.Escape).ToArray());
        }

        return table;
    }

    private static IEnumerable<string> Cells(Job job) =>
    [
        job.Id.ToString(CultureInfo.InvariantCulture),
        job.Definition.Name,
        job.State.ToString().ToLowerInvariant(),
        job.IsPlanned
            ? string.Create(CultureInfo.InvariantCulture, $"{job.Counts.Done:N0} of {job.Definition.RowCount:N0}")
            : "not counted",
        job.Counts.Ok.ToString("N0", CultureInfo.InvariantCulture),
        job.Counts.Truncated.ToString("N0", CultureInfo.InvariantCulture),
        job.Counts.Failed.ToString("N0", CultureInfo.InvariantCulture),
        job.CreatedAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    ];

    private static void ShowReasons(IReadOnlyList<Job> jobs, Terminal terminal)
    {
        foreach (var job in jobs.Where(job => ReasonOf(job) is not null))
        {
            terminal.Text.WriteLine($"Job {job.Id} is {job.State.ToString().ToLowerInvariant()}: {ReasonOf(job)}");
        }

        foreach (var job in jobs.Where(job => job.Removal is not null))
        {
            terminal.Text.WriteLine($"Job {job.Id} is over, and its {job.Removal!.Say()}");
        }
    }

    private static string? ReasonOf(Job job) => job.Wait switch
    {
        null => job.Reason,
        { Planner: { } planner } => $"worker {planner} plans it.",
        { Trouble: { } trouble, NotBefore: { } time } => string.Create(
            CultureInfo.InvariantCulture, $"{trouble} It is tried again after {time.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}."),
        _ => "it waits for a worker (`batchllm worker` starts one), or for a job that writes to the same output.",
    };
}
