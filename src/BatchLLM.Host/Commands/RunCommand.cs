using System.CommandLine;
using BatchLLM.Host.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm run JOB.json</c>.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var file = JobFileOptions.File();
        var options = new JobFileOptions();
        var database = CommonOptions.Database();
        var again = new Option<bool>("--again")
        {
            Description = "Run a job anew that is already complete, replacing its output.",
        };
        var show = new Option<int>("--show")
        {
            Description = "Afterwards, print this many rows as input -> completion.",
            HelpName = "rows",
        };
        var command = new Command("run", "Runs a job, or goes on with it.") { file, database, again, show };
        options.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var spec = await JobFileLoader.LoadAsync(
                parsed.GetValue(file)!, options.Read(parsed), cancellationToken);
            await using var session = await DatabaseSession.OpenAsync(
                parsed.GetValue(database), cancellationToken);
            var run = new JobRun(session, terminal, parsed.GetValue(show));
            return await run.SubmitAsync(spec, parsed.GetValue(again), cancellationToken);
        });
    }
}
