using BatchLLM.IntegrationTests.Cli;
using Microsoft.Playwright;
using Xunit;

namespace BatchLLM.IntegrationTests.Pages;

/// <summary>
/// Takes the pictures of ops/screenshots. Not a test of anything, so it runs only when it is asked for:
/// <c>artifacts/bin/BatchLLM.IntegrationTests/release/BatchLLM.IntegrationTests -explicit only -class BatchLLM.IntegrationTests.Pages.ScreenshotTests</c>.
/// </summary>
public sealed class ScreenshotTests(Browser browser) : IClassFixture<Browser>
{
    // Jobs of a made-up data team: some that run, wait, stand still, and are over.
    private const string Jobs =
        """
        insert into batchllm.jobs (request, row_count, shard_count, name, key, spec, model, output_uri, inputs, state, reason, tenant,
                                   planned_at, finished_at, created_at, receipt_sha256, committed_shards, ok, truncated, failed,
                                   prompt_tokens, completion_tokens, shared_prompt_tokens, copied_rows, priority)
        select gen_random_uuid(), case when state = 'queued' then 0 else rows end, case when state = 'queued' then 0 else rows / 1000 end,
               name, case when state = 'queued' then null else name end,
               '{"engine":"local","numerics":"w4a16","kv_cache":"fp8","output":{"uri":"/x"}}', '/models/' || model,
               'az://lake/out/' || name, case when state = 'queued' then '[]' else
               '[{"Uri":"az://lake/reviews/2026-11-21.parquet","Format":"Parquet","Length":52428800,"Version":"v1"}]' end::jsonb,
               state, reason, 'default', case when state = 'queued' then null else now() - since end,
               case when state = 'completed' then now() - since + took end, now() - since - interval '40 s',
               case when state = 'completed' then repeat('4be1', 16) end, done / 1000, done - cut - bad, cut, bad,
               done * 412, done * 58, done * 290, done / 50, priority
          from (values
            ('reviews-2026-11-14', 'completed', null, 'llama-3.1-8b-int4', 240000, 240000, 310, 12, interval '7 d 2 h', interval '71 min', 0),
            ('summaries-backfill', 'completed', null, 'llama-3.2-1b-fp8', 1200000, 1200000, 0, 3, interval '2 d', interval '3 h 50 min', -10),
            ('reviews-2026-11-20', 'completed', null, 'llama-3.1-8b-int4', 251000, 251000, 288, 0, interval '22 h', interval '74 min', 0),
            ('tickets-urgent', 'completed', null, 'llama-3.2-1b-fp8', 8000, 8000, 0, 5, interval '3 h', interval '2 min', 50),
            ('labels-2026-11', 'queued', null, 'llama-3.1-8b-int4', 0, 0, 0, 0, interval '4 min', null, -10),
            ('tickets-2026-11-21', 'paused', 'more than 5% of rows failed: 1,204 of 23,000', 'llama-3.2-1b-fp8', 96000, 23000, 11, 1204, interval '48 min', null, 0),
            ('entities-pilot', 'running', null, 'llama-3.2-1b-fp8', 40000, 6000, 0, 0, interval '3 min', null, 0),
            ('reviews-2026-11-21', 'running', null, 'llama-3.1-8b-int4', 246000, 141000, 187, 9, interval '42 min', null, 0)
          ) as job (name, state, reason, model, rows, done, cut, bad, since, took, priority);
        insert into batchllm.shards (job_id, first_row, row_count, byte_offset, first_line, shard_index, file_index, epoch, worker, leased_at,
                                     leased_until, lease_request, committed_at, ok, truncated, failed, prompt_tokens, completion_tokens,
                                     part_uri, part_length, part_sha256, errors_uri, errors_length, errors_sha256)
        select id, 1 + 1000 * s, 1000, 0, 0, s, 0, case when s = 41 then 2 else 1 end, 'gpu-' || 1 + s % 3 || '/4f1c/311',
               began + (s / 4) * step, case when not is_done and s < done + 9 then now() + interval '12 s' end,
               case when not is_done and s < done + 9 then gen_random_uuid() end, case when is_done then began + (s / 4 + 1) * step end,
               case when is_done then 1000 - (s % 11 = 3)::int end, case when is_done then (s % 11 = 3)::int end, case when is_done then 0 end,
               case when is_done then 412000 + (s * 7919) % 90000 end, case when is_done then 58000 + (s * 104729) % 9000 end,
               case when is_done then 'p' end, case when is_done then 1 end, case when is_done then repeat('a', 64) end, null, null, null
          from (select id, s, committed_shards as done, s < committed_shards as is_done, planned_at as began,
                       (now() - planned_at) / (committed_shards / 4 + 1) as step
                  from batchllm.jobs, generate_series(0, shard_count - 1) as s
                 where state = 'running') as shard;
        insert into batchllm.workers (name, host, version, state, job_id, models, seen_at)
        select 'gpu-' || n || '/4f1c/311', 'gpu-' || n, '0.1.0', 'running', 8, array['/models/llama-3.1-8b-int4'], now() - n * interval '1 s'
          from generate_series(1, 3) as n;
        """;

    // Two that fire every night and one that somebody has stopped.
    private const string Schedules =
        """
        insert into batchllm.schedules (request, tenant, name, cron, time_zone, misfire, overlap, spec, is_paused)
        select gen_random_uuid(), 'default', name, cron, zone, 'run_once', 'skip', '{"name":"reviews"}', paused
          from (values ('reviews-nightly', '30 2 * * *', 'Europe/Berlin', false), ('tickets-hourly', '5 * * * *', 'UTC', false),
                       ('labels-weekly', '0 6 * * 1', 'America/New_York', true)) as schedule (name, cron, zone, paused);
        update batchllm.jobs set schedule_id = 1, fire_time = date_trunc('minute', planned_at) where name like 'reviews-%';
        insert into batchllm.schedule_firings (schedule_id, fire_time, recorded_at, job_id, is_manual, outcome, reason)
        select schedule_id, fire_time, fire_time, id, false, 'submitted', null from batchllm.jobs where schedule_id is not null
        union all
        select 1, now() - n * interval '1 d', now(), null, false, 'skipped', 'job 3 of an earlier firing is not over' from generate_series(2, 3) as n
        union all
        select 3, now() - interval '6 d', now(), null, false, 'failed', 'input labels/2026-11-16.jsonl does not exist';
        """;

    [Fact(Explicit = true)]
    public async Task Take_them()
    {
        await browser.Open.ExecuteAsync(Jobs);
        await browser.Open.ExecuteAsync(Schedules);
        await FailAsync();
        await TakeAsync("jobs", "/", 1280, 640, ColorScheme.Light);
        await TakeAsync("job", "/jobs/8", 1280, 900, ColorScheme.Dark);
        await TakeAsync("phone", "/", 390, 780, ColorScheme.Light);
        await TakeAsync("schedules", "/schedules", 1280, 420, ColorScheme.Light);
        await TakeAsync("schedule", "/schedules/1", 1280, 700, ColorScheme.Dark);
        await TakeAsync("workers", "/workers", 1280, 420, ColorScheme.Light);
    }

    // Nine failed rows of the job that is shown alone.
    private async Task FailAsync()
    {
        var file = Path.Combine(browser.Open.Root, "errors.jsonl");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 9).Select(index =>
            $$"""{"file":"az://lake/reviews/2026-11-21.parquet","row":{{(index * 12_373) + 3_181}},"code":"{{(index % 4 == 0 ? "empty_prompt" : "prompt_too_long")}}"}"""));
        await browser.Open.ExecuteAsync(
            $"update batchllm.shards set errors_uri = 'file://{file}', errors_length = 1, errors_sha256 = 'x', ok = ok - 9, failed = 9 " +
            "where job_id = 8 and shard_index = 0");
    }

    private async Task TakeAsync(string name, string path, int width, int height, ColorScheme colors)
    {
        await using var tab = await browser.TabAsync(browser.Open, width, colors);
        await tab.Page.SetViewportSizeAsync(width, height);
        await tab.GoAsync(path);
        await tab.SeesAsync("#pulse", "live");
        await tab.Page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(Checkout.Root, "ops", "screenshots", $"{name}.png"),
        });
    }
}
