using BatchLLM.Host.Retention;
using BatchLLM.Host.Service.Retention;
using BatchLLM.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Retention;

/// <summary>Jobs that ended long ago and whose results stand in folders below a service's root.</summary>
/// <param name="service">The service.</param>
internal sealed class OldResults(ServiceHost service)
{
    /// <summary>How long the tests keep results.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Ends a server's own rounds, the first of which would remove what tests do.</summary>
    public static Task QuietAsync(ServiceHost service) => service.Services.GetRequiredService<RetentionKeeper>().StopAsync(Token);

    /// <summary>A job of two shards, each with a failed row, that ended some days ago.</summary>
    /// <param name="output">Its folder.</param>
    /// <param name="days">How many days.</param>
    public async Task<WrittenJob> WriteAsync(string output, int days)
    {
        await QuietAsync(service);
        await service.ExecuteAsync("update batchllm.jobs set key = 'before' || id where output_uri like '%/' || @output", new { output });
        var job = await WrittenJob.CreateAsync(service, shards: 2, output: output);
        await job.CommitAsync(0);
        await job.CommitAsync(1);
        await job.PublishAsync();
        await service.ExecuteAsync("update batchllm.jobs set finished_at = now() - make_interval(days => @days) where id = @Id", new { days, job.Id });
        return job;
    }

    /// <summary>Removes what may go.</summary>
    /// <param name="age">How old; null for what jobs say themselves.</param>
    public async Task<List<ResultOutcome>> RemoveAsync(TimeSpan? age) =>
        await new ResultRetention(service.State.ResultRetention).RemoveAsync(age, Token).ToListAsync(Token);

    /// <summary>The job as the store has it.</summary>
    public async Task<Job> FindAsync(WrittenJob job) => (await service.State.Store.FindAsync(job.Id, Token))!;

    /// <summary>What stands in a folder, by name.</summary>
    public Dictionary<string, string> Contents(string folder) => Directory.GetFiles(Path.Combine(service.Root, folder))
        .ToDictionary(path => Path.GetFileName(path), File.ReadAllText);
}
