using System.CommandLine;
using BatchLLM.Host.Display;
using BatchLLM.Host.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm validate JOB.json</c>.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var file = JobFileOptions.File();
        var options = new JobFileOptions();
        var command = new Command("validate", "Reads and tokenizes every row of a job; runs and stores nothing.") { file };
        options.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var spec = await JobFileLoader.LoadAsync(
                parsed.GetValue(file)!, options.Read(parsed), cancellationToken);
            var report = await JobRun.ValidateAsync(spec, cancellationToken);
            new ValidationView(terminal).Show(spec, report);
            return report.Failed == 0 ? ExitCodes.Ok : ExitCodes.FinishedWithBadRows;
        });
    }
}
