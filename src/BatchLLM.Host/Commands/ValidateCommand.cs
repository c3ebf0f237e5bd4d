using System.CommandLine;
using BatchLLM.Blobs;
using BatchLLM.Host.Display;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Preflight;
using BatchLLM.Jobs;
using BatchLLM.Preflight;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm validate JOB.json</c>: the preflight.</summary>
internal static class ValidateCommand
{
    private const double LongestMeasure = 24 * 60 * 60;

    public static Command Create()
    {
        var file = JobFileOptions.File();
        var options = new JobFileOptions();
        var database = CommonOptions.Database();
        var (measure, report) = (Measure(), Report());
        var command = new Command(
            "validate",
            "Looks at a whole job before it runs: tokenizes every row, lists what would fail, is too long or is there twice, " +
            "and runs a sample to estimate output tokens, time and memory.")
        {
            file, measure, report, database,
        };
        options.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var spec = await JobFileLoader.LoadAsync(
                parsed.GetValue(file)!, options.Read(parsed), cancellationToken);
            var settings = new PreflightSettings(
                TimeSpan.FromSeconds(parsed.GetValue(measure)),
                parsed.GetValue(report) is { } folder ? BlobUri.FromText(folder, Directory.GetCurrentDirectory()) : null);
            var found = await RunAsync(spec, settings, terminal, cancellationToken);
            var notKept = await ReportKeeping.KeepAsync(found, parsed.GetValue(database), cancellationToken);
            new PreflightView(terminal).Show(found, notKept);
            return found.Failed == 0 ? ExitCodes.Ok : ExitCodes.FinishedWithBadRows;
        });
    }

    private static async Task<PreflightReport> RunAsync(
        JobSpec spec, PreflightSettings settings, Terminal terminal, CancellationToken cancellationToken)
    {
        var stages = new PreflightStages(spec.Name, TimeProvider.System);
        var run = new PreflightRun(settings, stages, TimeProvider.System);
        var work = Task.Run(() => run.RunAsync(spec, cancellationToken), CancellationToken.None);
        await terminal.Progress().ShowAsync(stages.Read, work, TimeProvider.System);
        return await work;
    }

    private static Option<double> Measure()
    {
        var option = new Option<double>("--measure")
        {
            Description = "Seconds for which a sample of rows is run at most; 0 for none, so that no weights are loaded.",
            HelpName = "seconds",
            DefaultValueFactory = _ => 10,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= LongestMeasure))
            {
                result.AddError($"--measure is not a number of seconds from 0 to {LongestMeasure}.");
            }
        });
        return option;
    }

    private static Option<string?> Report() => new("--report")
    {
        Description = "Folder for preflight.json and preflight-rows.jsonl, which lists every row found; " +
            "the job's output folder without.",
        HelpName = "dir",
    };
}
