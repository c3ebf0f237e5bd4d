using BatchLLM.Batches;
using BatchLLM.Jobs;
using BatchLLM.Postgres.Batches;
using BatchLLM.Postgres.Database;
using BatchLLM.Postgres.Queue;
using BatchLLM.Rows;
using Dapper;
using Npgsql;
using Xunit;

namespace BatchLLM.IntegrationTests.Postgres;

/// <summary>Batches and their files, over a connection that can be cut between an operation and its answer.</summary>
public sealed class BatchStoreTests(TestCluster cluster) : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private LostAnswerProxy? _proxy;
    private PostgresDatabase? _database;
    private string? _address;
    private int _made;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PostgresFileStore Files => new(_database!);

    private PostgresBatchStore Batches => new(_database!);

    public async ValueTask InitializeAsync()
    {
        var address = new NpgsqlConnectionStringBuilder((await cluster.CreateDatabaseAsync()).ConnectionString);
        _address = address.ConnectionString;
        _proxy = new LostAnswerProxy(address.Host!);
        (address.Host, address.Port) = ("127.0.0.1", _proxy.Port);
        _database = await PostgresDatabase.OpenAsync(
            DatabaseAddress.Parse(address.ConnectionString), new RetryPolicy(), TimeProvider.System, null, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _database!.DisposeAsync();
        await _proxy!.DisposeAsync();
    }

    [Fact]
    public async Task What_took_effect_and_was_not_answered_is_not_done_twice()
    {
        var file = await LosingTheAnswerAsync(() => Files.AddAsync(NewFile(), Token));
        var batch = (await LosingTheAnswerAsync(() => Batches.CreateAsync(NewBatch(file), Token)))!;
        Assert.True(await LosingTheAnswerAsync(() => Batches.CancelAsync(batch.Id, Token)));
        var output = NewFile() with { Purpose = FilePurpose.BatchOutput };
        await LosingTheAnswerAsync(async () =>
        {
            await Batches.FinishAsync(batch.Id, BatchStatus.Cancelled, output, null, Token);
            return true;
        });
        Assert.Equal(FileDeletion.Deleted, await LosingTheAnswerAsync(() => Files.DeleteAsync(file.Id, Token)));

        Assert.Equal(batch.Id, Assert.Single((await Batches.ListAsync(null, null, 10, Token))!).Id);
        Assert.Equal(output.Id, Assert.Single((await Files.ListAsync(new FileFilter(), 10, Token))!).Id);
    }

    [Fact]
    public async Task The_same_idempotency_key_finds_the_batch_even_when_its_file_is_gone()
    {
        var file = await Files.AddAsync(NewFile(), Token);
        var asked = NewBatch(file) with { Idempotency = new IdempotencyKey("key", new string('a', 64)) };
        var first = (await Batches.CreateAsync(asked, Token))!;
        await Batches.FinishAsync(first.Id, BatchStatus.Expired, null, null, Token);
        Assert.Equal(FileDeletion.Deleted, await Files.DeleteAsync(file.Id, Token));

        var again = await Batches.CreateAsync(asked with { Id = NewId("batch_") }, Token);

        Assert.Equal(first.Id, again!.Id);
        Assert.Null(await Batches.CreateAsync(NewBatch(file), Token));
    }

    [Fact]
    public async Task A_file_is_never_deleted_under_a_batch_that_is_being_made_of_it()
    {
        for (var round = 0; round < 20; round++)
        {
            var file = await Files.AddAsync(NewFile(), Token);
            var creating = Batches.CreateAsync(NewBatch(file), Token);
            var deleting = Files.DeleteAsync(file.Id, Token);

            Assert.Equal(await creating is null ? FileDeletion.Deleted : FileDeletion.InUse, await deleting);
        }
    }

    [Fact]
    public async Task A_batch_is_held_by_one_until_it_lets_go_or_somebody_cancels()
    {
        var batch = await CreateAsync();
        Assert.Equal([batch.Id], await Batches.HoldAsync(5, Minute, Token));
        Assert.Empty(await Batches.HoldAsync(5, Minute, Token));

        await Batches.LetGoAsync(batch.Id, Token);
        Assert.Equal([batch.Id], await Batches.HoldAsync(5, TimeSpan.FromMicroseconds(1), Token));
        Assert.Equal([batch.Id], await Batches.HoldAsync(5, Minute, Token)); // the hold before ran out
        await Batches.CancelAsync(batch.Id, Token);
        Assert.Equal([batch.Id], await Batches.HoldAsync(5, Minute, Token));
        await Batches.KeepHoldingAsync([batch.Id], TimeSpan.FromMicroseconds(1), Token);
        Assert.Equal([batch.Id], await Batches.HoldAsync(5, Minute, Token));
    }

    [Fact]
    public async Task One_whose_job_runs_is_not_held_and_one_that_is_over_never_changes()
    {
        var batch = await CreateAsync();
        var (job, _) = await new PostgresJobQueue(_database!).SubmitAsync(QueueBench.Submission("a"), Token);
        await Batches.BeginAsync(batch.Id, job.Id, "tiny", 7, Token);
        Assert.Empty(await Batches.HoldAsync(5, Minute, Token));
        var begun = (await Batches.FindAsync(batch.Id, Token))!;
        Assert.Equal((BatchStatus.InProgress, 7L, "tiny", JobState.Queued), (begun.Status, begun.RequestCount, begun.Model, begun.Job!.State));

        await Batches.FailAsync(batch.Id, [new BatchFault(3, "code", "It's \"wrong\".", null)], Token);
        await Batches.FinishAsync(batch.Id, BatchStatus.Completed, null, null, Token);
        Assert.False(await Batches.CancelAsync(batch.Id, Token));

        var failed = (await Batches.FindAsync(batch.Id, Token))!;
        Assert.Equal((BatchStatus.Failed, new BatchFault(3, "code", "It's \"wrong\".", null)), (failed.Status, Assert.Single(failed.Faults)));
        Assert.Empty(await Batches.HoldAsync(5, Minute, Token));
    }

    [Fact]
    public async Task Only_files_that_are_gone_for_everyone_are_to_be_removed()
    {
        var kept = await Files.AddAsync(NewFile() with { Lifetime = Minute }, Token);
        var deleted = await Files.AddAsync(NewFile(), Token);
        await Files.DeleteAsync(deleted.Id, Token);
        var read = await Files.AddAsync(NewFile(), Token);
        var batch = (await Batches.CreateAsync(NewBatch(read), Token))!;
        await ExpireAsync(read.Id);

        Assert.Null(await Files.FindAsync(read.Id, Token));
        Assert.Equal([deleted.Id], (await Files.ListRemovableAsync(10, Token)).Select(file => file.Id));
        await Batches.FinishAsync(batch.Id, BatchStatus.Expired, null, null, Token);

        Assert.Equal([deleted.Id, read.Id], (await Files.ListRemovableAsync(10, Token)).Select(file => file.Id));
        await Files.NoteRemovedAsync(deleted.Id, Token);
        await Files.NoteRemovedAsync(read.Id, Token);
        Assert.Empty(await Files.ListRemovableAsync(10, Token));
        Assert.Equal([kept.Id], (await Files.ListAsync(new FileFilter { After = read.Id }, 10, Token))!.Select(file => file.Id));
    }

    private async Task ExpireAsync(string id)
    {
        await using var connection = new NpgsqlConnection(_address);
        await connection.ExecuteAsync(
            "update batchllm.files set created_at = now() - interval '1 hour', expires_at = now() where id = @id", new { id });
    }

    private async Task<Batch> CreateAsync() => (await Batches.CreateAsync(NewBatch(await Files.AddAsync(NewFile(), Token)), Token))!;

    private NewFile NewFile() => new(
        NewId("file-"), "default", FilePurpose.Batch, "a'; --.jsonl", "file:///data/a", new BlobDigest(5, new string('0', 64)));

    private NewBatch NewBatch(StoredFile file) =>
        new(NewId("batch_"), "default", file.Id, BatchUrls.Chat, "1h", TimeSpan.FromHours(1)) { MetadataJson = "{\"a\":\"b\"}" };

    private string NewId(string prefix) => FormattableString.Invariant($"{prefix}{++_made:D24}");

    private async Task<T> LosingTheAnswerAsync<T>(Func<Task<T>> operation)
    {
        _proxy!.Arm();
        var result = await operation();
        Assert.True(_proxy.IsSpent, "The connection was never cut.");
        return result;
    }
}
