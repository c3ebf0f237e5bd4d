using System.Diagnostics;
using System.Globalization;

namespace BatchLLM.Benchmarks;

/// <summary>What the dashboard and the lists take when the database holds ten thousand jobs and a million shards.</summary>
internal static class ManyJobs
{
    private const int Requests = 50;

    // One in a hundred each runs (5,000 shards, half of them committed), is paused or waits; the others are over.
    private const string Rows =
        """
        insert into batchllm.jobs (request, row_count, shard_count, committed_shards, ok, name, key, spec, model, output_uri, inputs, state, reason,
                                   receipt_sha256, planned_at, finished_at, created_at, tenant)
        select gen_random_uuid(), 1000 * shards, shards, done, 1000 * done, 'job ' || n, case when shards > 0 then 'k' || n end,
               '{"output":{"uri":"/out"},"prompt":"' || repeat('a long one ', 60) || '"}', '/models/tiny', 'file:///out/' || n, '[]', state,
               case when state in ('paused', 'failed', 'cancelled') then 'because' end,
               case when state in ('completed', 'cancelled') then repeat('a', 64) end, case when shards > 0 then now() - interval '1 d' end,
               case when state in ('failed', 'cancelled', 'completed') then now() - interval '1 d' * (10000 - n) / 100 end,
               now() - interval '1 d' * (10000 - n) / 100 - interval '2 h', case when n % 3 = 0 then 'a' else 'b' end
          from (select n, state, case when state = 'running' then 5000 when state in ('queued', 'failed') then 0 else 60 end as shards,
                       case when state = 'running' then 2500 when state = 'completed' then 60 when state in ('queued', 'failed') then 0 else 30 end as done
                  from (select n, case when n % 100 = 0 then 'running' when n % 100 = 1 then 'paused' when n % 100 = 2 then 'queued'
                                       when n % 7 = 0 then 'failed' when n % 11 = 0 then 'cancelled' else 'completed' end as state
                          from generate_series(1, 10000) as n) as kind) as job;
        insert into batchllm.shards (job_id, first_row, row_count, byte_offset, first_line, shard_index, file_index, epoch, worker, leased_at, leased_until,
                                     lease_request, committed_at, ok, truncated, failed, prompt_tokens, completion_tokens, part_uri, part_length, part_sha256)
        select id, 1 + 1000 * s, 1000, 0, 0, s, 0, 1, 'w' || s % 4, now() - interval '1 h' + interval '1 s' * (s / 4),
               case when is_held then now() + interval '1 h' end, case when is_held then gen_random_uuid() end,
               case when is_done then now() - interval '1 h' + interval '1 s' * (s / 4 + 1) end, case when is_done then 1000 end,
               case when is_done then 0 end, case when is_done then 0 end, case when is_done then 400000 end, case when is_done then 60000 end,
               case when is_done then 'file:///out/part-' || s end, case when is_done then 1 end, case when is_done then repeat('a', 64) end
          from (select id, s, s < committed_shards as is_done, state = 'running' and s between committed_shards and committed_shards + 7 as is_held
                  from batchllm.jobs, generate_series(0, shard_count - 1) as s) as shard;
        analyze batchllm.jobs, batchllm.shards;
        """;

    // As on a server that was installed and left as it is: the private one's is off.
    private const string Jit =
        """
        do $$ begin execute format('alter database %I set jit = on', current_database()); end $$;
        select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
        """;

    private static readonly (string Name, string Path)[] Asked =
    [
        ("first page of the dashboard", "/"),
        ("a page far behind", "/?after=3-500"),
        ("search for a name", "/?q=job+77"),
        ("search that finds nothing", "/?q=nothing"),
        ("failed jobs", "/?state=failed"),
        ("page of a job with 5,000 shards", "/jobs/10000"),
        ("page of a job that is over", "/jobs/9999"),
        ("schedules", "/schedules"),
        ("workers", "/workers"),
        ("API: newest jobs", "/api/jobs"),
        ("API: the 100 that run", "/api/jobs?state=running&limit=200"),
        ("API: by name", "/api/jobs?name=job+77"),
        ("API: one that runs", "/api/jobs/10000"),
        ("metrics", "/metrics"),
    ];

    /// <summary>Prints a table in Markdown.</summary>
    /// <param name="executable">The program.</param>
    /// <param name="modelDirectory">A model, for the server to have one.</param>
    public static async Task RunAsync(string executable, string modelDirectory)
    {
        await using var service = await ServiceProcesses.StartAsync(executable, modelDirectory);
        await service.ExecuteAsync(Rows);
        await service.ExecuteAsync(Jit);
        Console.WriteLine("| Asked | p50, ms | p99, ms | p99 / p50 |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (name, path) in Asked)
        {
            var latencies = new Latencies();
            await service.Client.GetStringAsync(path); // the first compiles
            for (var request = 0; request < Requests; request++)
            {
                await latencies.MeasureAsync(() => service.Client.GetStringAsync(path));
            }

            Console.WriteLine(latencies.Line(name));
        }

        await PruneAsync(service);
    }

    private static async Task PruneAsync(ServiceProcesses service)
    {
        var start = Stopwatch.GetTimestamp();
        await using var prune = service.Start("prune", "--keep-jobs", "30d", "--json");
        var removed = prune.ReadObject();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"prune: {removed.GetProperty("jobs").GetInt64()} jobs with {removed.GetProperty("shards").GetInt64()} shards in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s"));
    }
}
