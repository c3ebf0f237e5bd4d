using System.CommandLine;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm resume [JOB]</c>.</summary>
internal static class ResumeCommand
{
    public static Command Create()
    {
        var reference = new Argument<string?>("job")
        {
            Description = "A job's number or name; the newest unfinished one without.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var budget = new Option<string?>("--error-budget")
        {
            Description = "A larger error budget for a job that spent its own: rows, or a share such as 5%.",
            HelpName = "rows|share",
        };
        var database = CommonOptions.Database();
        return new Command("resume", "Goes on with a job after a crash, an interruption or a pause.")
        {
            reference,
            budget,
            database,
        }
        .Runs(async (parsed, terminal, cancellationToken) =>
        {
            await using var session = await DatabaseSession.OpenAsync(
                parsed.GetValue(database), cancellationToken);
            var job = await FindAsync(session.Store, parsed.GetValue(reference), cancellationToken);
            return await new JobRun(session, terminal, show: 0)
                .ResumeAsync(job, parsed.GetValue(budget), cancellationToken);
        });
    }

    private static Task<Job> FindAsync(IJobStore store, string? reference, CancellationToken cancellationToken) =>
        reference is null
            ? JobReference.FindUnfinishedAsync(store, cancellationToken)
            : JobReference.FindAsync(store, reference, cancellationToken);
}
