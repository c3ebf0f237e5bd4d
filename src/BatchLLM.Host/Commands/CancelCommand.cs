using System.CommandLine;
using BatchLLM.Host.Display;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm cancel JOB</c>.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var reference = new Argument<string>("job") { Description = "A job's number or name." };
        var database = CommonOptions.Database();
        return new Command("cancel", "Stops a job for good; what is finished is published with a receipt.")
        {
            reference,
            database,
        }
        .Runs(async (parsed, terminal, cancellationToken) =>
        {
            await using var session = await DatabaseSession.OpenAsync(
                parsed.GetValue(database), cancellationToken);
            var job = await JobReference.FindAsync(session.Store, parsed.GetValue(reference)!, cancellationToken);
            return await CancelAsync(session.Store, job, terminal, cancellationToken);
        });
    }

    private static async Task<int> CancelAsync(
        IJobStore store, Job job, Terminal terminal, CancellationToken cancellationToken)
    {
        var cancelled = await store.CancelAsync(job.Id, "cancelled from the command line", cancellationToken);
        if (!cancelled && job.State != JobState.Cancelled)
        {
            throw new UsageException($"Job {job.Id} is already {job.State.ToString().ToLowerInvariant()}.");
        }

        var published = await JobAssembly.PublisherOf(job, store).PublishAsync(job.Id, cancellationToken);
        var summary = RunSummary.Of(published, published.Counts, TimeSpan.Zero) with { ExitCode = ExitCodes.Ok };
        new SummaryView(terminal).Show(summary);
        return ExitCodes.Ok;
    }
}
