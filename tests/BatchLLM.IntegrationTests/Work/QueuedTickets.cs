using BatchLLM.Host.Commands;
using BatchLLM.Host.Jobs;
using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Work;

/// <summary>Small jobs of tickets that are handed in to the queue and run by an echo unless they say otherwise.</summary>
internal static class QueuedTickets
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Hands a job in as the job file says it.</summary>
    public static async Task<Job> SubmitAsync(this QueueBench bench, TicketJob job, int priority = 0)
    {
        job.Spec["engine"] ??= "echo";
        var spec = await JobFileLoader.LoadAsync(job.Save(), JobFileFlags.None, Token);
        var submission = new JobSubmission(spec.Name, JobSpecJson.Write(spec), spec.Model, spec.Output.Uri) { Priority = priority };
        return (await bench.Queue.SubmitAsync(submission, Token)).Job;
    }

    /// <summary>Waits until nothing is queued and nothing runs.</summary>
    public static async Task AllEndedAsync(this QueueBench bench)
    {
        await using var changes = await bench.WatchAsync("jobs");
        var filter = new JobFilter { States = [JobState.Queued, JobState.Running] };
        while ((await bench.Queue.ListAsync(filter, 1, Token)).Count > 0)
        {
            await changes.NextAsync();
        }
    }
}
