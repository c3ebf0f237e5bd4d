using BatchLLM.Blobs;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Retention;
using BatchLLM.Inference;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using BatchLLM.Prompts;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.OpenAi;

/// <summary>What a worker does for a batch's job, as far as the test wants it.</summary>
internal static class PlayedWorker
{
    private const int RowsPerShard = 2;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Takes a job to plan it, which must be the only one that waits.</summary>
    public static async Task<PlanClaim> ClaimAsync(ServiceHost service, long jobId)
    {
        var others = (await service.State.Queue.ListAsync(new JobFilter(), 1000, Token)).Select(job => job.Id).Where(id => id != jobId);
        var claimed = await service.State.Queue.ClaimAsync(new WorkerOffer("test", []) { Except = [.. others] }, Token);
        return claimed!.Plan!;
    }

    /// <summary>Plans a job in shards of two rows, and commits the first: its first row with an answer, its second failed.</summary>
    public static async Task RunFirstShardAsync(ServiceHost service, long jobId)
    {
        var claim = await ClaimAsync(service, jobId);
        var job = (await service.State.Store.FindAsync(jobId, Token))!;
        var spec = JobFileLoader.Restore(job.Definition.SpecJson, errorBudget: null);
        spec = spec with { Policies = spec.Policies with { RowsPerShard = RowsPerShard } };
        using var model = EchoModel.Open(spec.Model);
        var (planned, shards) = await (await JobDraft.ResolveAsync(spec, model, new InputsInRemoval(service.State.ResultRetention), Token)).CutAsync(Token);
        Assert.True(await service.State.Queue.PlanAsync(claim, planned, shards, Token));
        var lease = Assert.Single(await service.State.Store.LeaseAsync(jobId, "test", 1, TimeSpan.FromMinutes(5), Token));
        Assert.True(await service.State.Store.CommitAsync(
            lease, await WriteAsync(JobAssembly.LayoutOf(job, spec), spec, lease), TestJobs.NeverPause, Token));
    }

    private static async Task<ShardOutput> WriteAsync(OutputLayout layout, JobSpec spec, ShardLease lease)
    {
        var columns = new OutputColumns(RowPreparer.CarriedColumns(spec), tokenIds: false);
        CompletedRow[] rows =
        [
            new(new RowLocation(spec.Inputs[0].Uri, 1, 1), Id("a"), "An answer", FinishReason.Stop, 5, 2, null, null),
            new(new RowLocation(spec.Inputs[0].Uri, 2, 2), Id("b"), null, null, 0, 0, null, new RowError("invalid_request", "body.n is not 1")),
        ];
        return new ShardOutput(
            RowCounts.Of(rows[0]) + RowCounts.Of(rows[1]),
            layout.PartAttempt(lease),
            await WriteAsync(layout.PartAttempt(lease), stream => new JsonlRowWriter(stream, columns), rows),
            layout.ErrorsAttempt(lease),
            await WriteAsync(layout.ErrorsAttempt(lease), stream => new ErrorRowWriter(stream, "custom_id"), [rows[1]]));
    }

    private static KeyValuePair<string, RowValue>[] Id(string id) => [KeyValuePair.Create("custom_id", RowValue.FromText(id))];

    private static Task<BlobDigest> WriteAsync(string uri, Func<Stream, IRowWriter> open, CompletedRow[] rows) => JobAssembly.Blobs.WriteAsync(
        uri,
        async (stream, token) =>
        {
            await using var writer = open(stream);
            foreach (var row in rows)
            {
                await writer.WriteAsync(row, token);
            }

            await writer.CompleteAsync(token);
        },
        Token);
}
