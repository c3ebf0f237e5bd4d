using System.CommandLine;
using BatchLLM.Host.Display;
using BatchLLM.Host.Retention;
using BatchLLM.Retention;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm prune</c>.</summary>
internal static class PruneCommand
{
    public static Command Create()
    {
        var keepJobs = KeepOption.Create("--keep-jobs", "jobs that are over");
        var keepResults = KeepOption.Create("--keep-results", "results of jobs that are over and do not say it themselves (output.keep)");
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would go, and why the rest would not." };
        var database = CommonOptions.Database();
        return new Command("prune", "Removes results whose time is over, and jobs that ended long ago from the database, unless something refers to them.")
        {
            keepJobs, keepResults, dryRun, database,
        }
        .Runs(async (parsed, terminal, cancellationToken) =>
        {
            var (jobsAge, resultsAge) = (KeepOption.Read(parsed, keepJobs), KeepOption.Read(parsed, keepResults));
            await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
            var isDry = parsed.GetValue(dryRun);
            var retention = new ResultRetention(session.ResultRetention);
            var results = isDry ? retention.LookAsync(resultsAge, cancellationToken) : retention.RemoveAsync(resultsAge, cancellationToken);
            var outcomes = await results.ToListAsync(cancellationToken);
            var rows = await PruneAsync(session, jobsAge, resultsAge is not null, isDry, cancellationToken);
            new PruneView(terminal).Show(rows, outcomes, isDry);
            return outcomes.Exists(outcome => outcome.Fate == ResultFate.Failed) ? ExitCodes.Failed : ExitCodes.Ok;
        });
    }

    private static async Task<RemovedRows> PruneAsync(
        DatabaseSession session, TimeSpan? age, bool resultsExpire, bool isDry, CancellationToken cancellationToken) => (age, isDry) switch
        {
            (null, _) => new RemovedRows(),
            ({ } given, true) => await session.Retention.CountAsync(given, resultsExpire, cancellationToken),
            ({ } given, false) => await new JobRetention(session.Retention).RemoveAsync(given, resultsExpire, cancellationToken),
        };
}
