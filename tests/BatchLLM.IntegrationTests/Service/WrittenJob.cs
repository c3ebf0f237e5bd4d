using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using BatchLLM.Blobs;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Host.Jobs;
using BatchLLM.Inference;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using BatchLLM.Prompts;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

/// <summary>A planned job whose shards the test commits one by one, with files as a worker writes them. Its third row fails in each shard.</summary>
internal sealed class WrittenJob
{
    public const int RowsPerShard = 4;

    private readonly ServiceHost _service;
    private readonly JobSpec _spec;
    private readonly Job _job;
    private readonly IReadOnlyList<ShardLease> _leases;

    private WrittenJob(ServiceHost service, JobSpec spec, Job job, IReadOnlyList<ShardLease> leases) =>
        (_service, _spec, _job, _leases) = (service, spec, job, leases);

    public long Id => _job.Id;

    public string Url => $"/api/jobs/{Id}";

    /// <summary>Names of its files.</summary>
    public OutputLayout Layout => JobAssembly.LayoutOf(_job, _spec);

    /// <summary>Plans a job of some shards, all under lease.</summary>
    public static async Task<WrittenJob> CreateAsync(
        ServiceHost service, int shards, string format = "jsonl", string name = "job", string output = "out")
    {
        var file = ServiceHost.Job(name);
        file["output"] = new JsonObject { ["uri"] = output, ["format"] = format, ["token_ids"] = true };
        var spec = JobFileLoader.Complete(
            JobFileLoader.Parse(Encoding.UTF8.GetBytes(file.ToJsonString()), "test").Require(), new DateOnly(2026, 11, 20), service.Root);
        var input = new InputFile($"file://{service.Root}/in.jsonl", DataFormat.Jsonl, 1, "v1");
        var definition = new NewJob(
            spec.Name, $"key of {output}", JobSpecJson.Write(spec), spec.Model, spec.Output.Uri, [input], shards * (long)RowsPerShard);
        var (job, _) = await service.State.Store.CreateAsync(
            definition, [.. Enumerable.Range(0, shards).Select(Shard)], again: false, CancellationToken.None);
        var leases = await service.State.Store.LeaseAsync(
            job.Id, "test", shards, TimeSpan.FromMinutes(5), CancellationToken.None);
        return new WrittenJob(service, spec, job, leases);
    }

    /// <summary>Writes and commits a shard.</summary>
    public async Task CommitAsync(int shard)
    {
        var (rows, lease) = (Rows(shard), _leases[shard]);
        var errors = rows.Where(row => row.Error is not null).ToList();
        var counts = rows.Aggregate(default(RowCounts), (sum, row) => sum + RowCounts.Of(row));
        var output = new ShardOutput(
            counts,
            Layout.PartAttempt(lease),
            await WriteAsync(Layout.PartAttempt(lease), stream => RowWriters.Create(Layout.Format, stream, Columns), rows),
            Layout.ErrorsAttempt(lease),
            await WriteAsync(Layout.ErrorsAttempt(lease), stream => new ErrorRowWriter(stream, "ticket_id"), errors))
        {
            ErrorCounts = new Dictionary<string, long> { ["overlong_prompt"] = errors.Count },
        };
        Assert.True(await _service.State.Store.CommitAsync(lease, output, TestJobs.NeverPause, CancellationToken.None));
    }

    /// <summary>Publishes a job that is all committed, or cancelled.</summary>
    public Task PublishAsync() => JobAssembly.PublisherOf(_job, _service.State.Store).PublishAsync(Id, CancellationToken.None);

    /// <summary>The lines that a JSONL part of a shard has.</summary>
    public async Task<string> LinesAsync(int shard)
    {
        using var stream = new MemoryStream();
        await using var writer = new JsonlRowWriter(stream, Columns);
        foreach (var row in Rows(shard))
        {
            await writer.WriteAsync(row, CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private OutputColumns Columns => new(RowPreparer.CarriedColumns(_spec), _spec.Output.TokenIds);

    private static async Task<BlobDigest> WriteAsync(string uri, Func<Stream, IRowWriter> open, List<CompletedRow> rows) =>
        await JobAssembly.Blobs.WriteAsync(
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
            CancellationToken.None);

    private static NewShard Shard(int index) => new(
        0, new RowRange((index * (long)RowsPerShard) + 1, RowsPerShard, index * 100L, (index * (long)RowsPerShard) + 1), []);

    private static List<CompletedRow> Rows(int shard) =>
        [.. Enumerable.Range((shard * RowsPerShard) + 1, RowsPerShard).Select(Row)];

    private static CompletedRow Row(int number)
    {
        var isBad = number % RowsPerShard == 3;
        var id = string.Create(CultureInfo.InvariantCulture, $"T-{number} \"é\"");
        return new CompletedRow(
            new RowLocation("file:///in.jsonl", number, number),
            [KeyValuePair.Create("ticket_id", RowValue.FromText(id))],
            isBad ? null : $"answer\n{number} 𝄞",
            isBad ? null : number % 2 == 0 ? FinishReason.Length : FinishReason.Stop,
            number,
            isBad ? 0 : 2,
            isBad ? null : [number, 7],
            isBad ? new RowError("overlong_prompt", "too long") : null);
    }
}
