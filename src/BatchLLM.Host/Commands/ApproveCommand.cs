using System.CommandLine;
using BatchLLM.Host.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm approve JOB</c>.</summary>
internal static class ApproveCommand
{
    public static Command Create()
    {
        var reference = new Argument<string>("job") { Description = "A job's number or name." };
        var database = CommonOptions.Database();
        return new Command("approve", "Goes on with a job that waits for that after its canary.")
        {
            reference,
            database,
        }
        .Runs(async (parsed, terminal, cancellationToken) =>
        {
            await using var session = await DatabaseSession.OpenAsync(
                parsed.GetValue(database), cancellationToken);
            var job = await JobReference.FindAsync(session.Store, parsed.GetValue(reference)!, cancellationToken);
            return await new JobRun(session, terminal, show: 0).ApproveAsync(job, cancellationToken);
        });
    }
}
