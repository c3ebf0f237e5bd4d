using System.CommandLine;
using BatchLLM.Host.Display;
using BatchLLM.Host.Retention;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm prune</c>.</summary>
internal static class PruneCommand
{
    public static Command Create()
    {
        var keep = KeepOption.Create("--keep-jobs", "jobs that are over");
        keep.Required = true;
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say how many." };
        var database = CommonOptions.Database();
        return new Command("prune", "Removes jobs that ended long ago from the database, unless something refers to them. Their output stays.")
        {
            keep, dryRun, database,
        }
        .Runs(async (parsed, terminal, cancellationToken) =>
        {
            var age = KeepOption.Read(parsed, keep)!.Value;
            await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
            var isDry = parsed.GetValue(dryRun);
            var rows = isDry
                ? await session.Retention.CountAsync(age, cancellationToken)
                : await new JobRetention(session.Retention).RemoveAsync(age, cancellationToken);
            new PruneView(terminal).Show(rows, isDry);
            return ExitCodes.Ok;
        });
    }
}
