using System.CommandLine;
using BatchLLM.Host.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm retry JOB</c>.</summary>
internal static class RetryCommand
{
    public static Command Create()
    {
        var reference = new Argument<string>("job") { Description = "A job's number or name." };
        var error = new Option<string?>("--error")
        {
            Description = "Only rows that failed with this error, as errors.jsonl names it: engine_error, for example.",
            HelpName = "code",
        };
        var database = CommonOptions.Database();
        return new Command("retry", "Computes the failed rows of a job that is over again; all others stay as they are.")
        {
            reference,
            error,
            database,
        }
        .Runs(async (parsed, terminal, cancellationToken) =>
        {
            await using var session = await DatabaseSession.OpenAsync(
                parsed.GetValue(database), cancellationToken);
            var job = await JobReference.FindAsync(session.Store, parsed.GetValue(reference)!, cancellationToken);
            return await new JobRun(session, terminal, show: 0)
                .RetryAsync(job, parsed.GetValue(error), cancellationToken);
        });
    }
}
