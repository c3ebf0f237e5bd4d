using System.Net;
using BatchLLM.Host.Retention;
using BatchLLM.Host.Service.Retention;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Jobs;
using BatchLLM.Retention;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Retention;

/// <summary>Jobs that ended long ago.</summary>
public sealed class JobRetentionTests(TestCluster cluster) : IAsyncLifetime
{
    private static readonly TimeSpan Age = TimeSpan.FromDays(30);

    // Each job's name says whether it goes or stays, and why. All ended 40 days ago but where it says otherwise.
    private const string Jobs =
        """
        insert into batchllm.schedules (request, tenant, name, cron, time_zone, misfire, overlap, spec)
        values (gen_random_uuid(), 'default', 'nightly', '0 2 * * *', 'UTC', 'skip', 'skip', '{}');

        insert into batchllm.jobs (request, row_count, ok, shard_count, committed_shards, name, key, spec, model, output_uri, inputs, state,
                                   reason, receipt_sha256, planned_at, finished_at, schedule_id, fire_time)
        select gen_random_uuid(), 10, case when state = 'completed' then 10 else 0 end, 1, case when state = 'completed' then 1 else 0 end,
               name, 'k ' || name, '{}', '/models/tiny', 'file:///out/' || name, '[]', state,
               case when state in ('cancelled', 'paused') then 'because' end, case when receipt then repeat('a', 64) end,
               now() - interval '50 d', case when state in ('completed', 'cancelled') then now() - make_interval(days => age) end,
               case when fired is not null then (select id from batchllm.schedules) end,
               now() - make_interval(days => fired)
          from (values ('goes: completed', 'completed', true, 40, null), ('goes: cancelled', 'cancelled', true, 40, null),
                       ('stays: young', 'completed', true, 29, null), ('stays: runs', 'running', false, 40, null),
                       ('stays: paused', 'paused', false, 40, null), ('stays: is to be published', 'cancelled', false, 40, null),
                       ('stays: message', 'completed', true, 40, null), ('goes: message was sent', 'completed', true, 40, null),
                       ('goes: older success', 'completed', true, 40, 42), ('stays: last success', 'completed', true, 40, 41),
                       ('stays: newest firing', 'cancelled', true, 40, 40),
                       ('stays: batch has files', 'completed', true, 40, null), ('stays: batch runs', 'completed', true, 40, null),
                       ('goes: batch is over', 'completed', true, 40, null)) as job (name, state, receipt, age, fired);

        insert into batchllm.jobs (request, row_count, shard_count, name, spec, model, output_uri, inputs, state, reason, finished_at)
        values (gen_random_uuid(), 0, 0, 'goes: failed', '{}', '/models/tiny', 'file:///out/f', '[]', 'failed', 'because', now() - interval '40 d');

        insert into batchllm.shards (job_id, first_row, row_count, byte_offset, first_line, shard_index, file_index)
        select id, 1, 10, 0, 0, 0, 0 from batchllm.jobs where key is not null;

        insert into batchllm.schedule_firings (schedule_id, fire_time, is_manual, outcome, job_id, reason, recorded_at)
        select schedule_id, fire_time, false, 'submitted', id, null, fire_time from batchllm.jobs where schedule_id is not null
        union all
        select id, now() - interval '45 d', false, 'skipped', null, 'because', now() - interval '45 d' from batchllm.schedules;

        insert into batchllm.webhooks (tenant, url, secret) values ('default', 'https://example.com', repeat('s', 24)::bytea);
        insert into batchllm.webhook_messages (webhook_id, job_id, state, due_at)
        select w.id, j.id, 'completed', case when j.name = 'stays: message' then now() + interval '1 h' end
          from batchllm.webhooks w, batchllm.jobs j where j.name like '%: message%';

        insert into batchllm.files (id, tenant, purpose, name, uri, bytes, sha256, deleted_at, removed_at)
        select 'file-' || repeat(letter, 24), 'default', 'batch', 'f', 'file:///' || letter, 1, repeat('a', 64), gone, gone
          from (values ('a', null::timestamptz), ('b', now() - interval '31 d'), ('c', now() - interval '31 d')) as file (letter, gone);
        insert into batchllm.batches (id, tenant, input_file_id, endpoint, completion_window, expires_at, job_id, request_count, model,
                                      ending, ended_at, output_file_id)
        select 'batch_' || repeat('x', 23) || row_number() over (), 'default', 'file-' || repeat('b', 24), '/v1/completions', '24h',
               now(), id, 1, 'tiny', case when name <> 'stays: batch runs' then 'completed' end,
               case when name <> 'stays: batch runs' then now() - interval '35 d' end,
               case name when 'stays: batch has files' then 'file-' || repeat('a', 24) when 'goes: batch is over' then 'file-' || repeat('c', 24) end
          from batchllm.jobs where name like '%: batch%';

        insert into batchllm.preflights (created_at, key, report)
        values (now() - interval '40 d', 'of nothing', '{}'), (now() - interval '40 d', 'k stays: young', '{}');
        """;

    private ServiceHost? _service;

    private ServiceHost Service => _service!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RetentionKeeper Keeper => Service.Services.GetRequiredService<RetentionKeeper>();

    public async ValueTask InitializeAsync()
    {
        _service = await ServiceHost.StartAsync(
            cluster, needsKeys: false, settings => settings with { Retention = new RetentionSettings(Age, Files: null, Results: null) });
        await Keeper.StopAsync(Token); // its first round would take some of what tests expect to go
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    [Fact]
    public async Task What_is_old_goes_with_all_that_is_its_own_and_nothing_that_is_referred_to()
    {
        await Service.ExecuteAsync(Jobs);
        var counted = await Service.State.Retention.CountAsync(Age, resultsExpire: false, Token);

        var removed = await new JobRetention(Service.State.Retention).RemoveAsync(Age, resultsExpire: false, Token);

        var left = (await Service.State.Queue.ListAsync(new JobFilter(), 100, Token)).Select(job => job.Definition.Name);
        Assert.All(left, name => Assert.StartsWith("stays", name, StringComparison.Ordinal));
        Assert.Equal(9, left.Count());
        Assert.Equal(new RemovedRows(Jobs: 6, Shards: 5, Batches: 1, Firings: 2, Preflights: 1, Files: 1), removed);
        Assert.Equal((removed.Jobs, removed.Shards, removed.Batches), (counted.Jobs, counted.Shards, counted.Batches));
        Assert.Equal(new RemovedRows(), await new JobRetention(Service.State.Retention).RemoveAsync(Age, resultsExpire: false, Token));
    }

    [Fact]
    public async Task Servers_that_remove_at_the_same_time_remove_each_job_once()
    {
        await Service.ExecuteAsync(
            """
            insert into batchllm.jobs (request, row_count, shard_count, name, spec, model, output_uri, inputs, state, reason, finished_at)
            select gen_random_uuid(), 0, 0, 'job', '{}', '/models/tiny', 'file:///out/f', '[]', 'failed', 'because', now() - interval '40 d'
              from generate_series(1, 250);
            """);
        var retention = new JobRetention(Service.State.Retention);

        var removed = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => retention.RemoveAsync(Age, resultsExpire: false, Token)));

        Assert.Equal(250, removed.Sum(rows => rows.Jobs));
        Assert.Empty(await Service.State.Queue.ListAsync(new JobFilter(), 1, Token));
    }

    [Fact]
    public async Task One_that_is_ended_in_the_middle_leaves_whole_jobs_and_the_next_goes_on()
    {
        await Service.ExecuteAsync(Jobs);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var changes = await Service.WatchAsync("jobs");
        var removing = new JobRetention(Service.State.Retention).RemoveAsync(Age, resultsExpire: false, end.Token);
        await changes.NextAsync();
        await end.CancelAsync();
        await Record.ExceptionAsync(() => removing);

        await new JobRetention(Service.State.Retention).RemoveAsync(Age, resultsExpire: false, Token);

        Assert.Equal(9, (await Service.State.Queue.ListAsync(new JobFilter(), 100, Token)).Count);
        Assert.Equal(0, (await Service.State.Retention.CountAsync(Age, resultsExpire: false, Token)).Jobs);
    }

    [Fact]
    public async Task The_service_removes_them_says_so_and_counts_it()
    {
        await Service.ExecuteAsync(Jobs);

        await Keeper.RunAsync(Token);

        Assert.Contains("Retention: removed 6 of kind job, older than 30d.", Service.Log, StringComparison.Ordinal);
        var metrics = await Service.Client.GetStringAsync("/metrics", Token);
        Assert.Contains("batchllm_retention_removed_total{kind=\"shard\"} 5", metrics, StringComparison.Ordinal);
        using var gone = await Service.Client.GetAsync("/api/jobs/1", Token);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }
}
