-- A job that was just planned was at once what every other worker found first: they opened it, and mostly found nothing left
-- to lease. Of small jobs beside four workers, a third of all that was opened was opened in vain.
-- Retries and canaries have their part in it too: a retry runs only what ran before, and nothing of a canary's job is leased before it
-- was approved.
create or replace view batchllm.claimable_jobs as
select id, tenant, priority, deadline, model, true as alone
  from batchllm.jobs j
 where state = 'queued'
   and (not_before is null or not_before <= clock_timestamp())
   -- Two jobs would mix their parts in one output: the later one waits, and is not planned in vain meanwhile.
   and not exists (
     select
       from batchllm.jobs other
      where rtrim(other.output_uri, '/') = rtrim(j.output_uri, '/')
        and other.key is not null
        and other.state in ('running', 'paused'))
   and (schedule_id is null
     or not exists (
       select
         from batchllm.jobs earlier
        where earlier.schedule_id = j.schedule_id
          and earlier.id < j.id
          and earlier.state in ('queued', 'running', 'paused')))
union all
select id, tenant, priority, deadline, model, true
  from batchllm.jobs j
 where state = 'running'
   and committed_shards + skipped_shards = shard_count
   -- Who commits the last shard publishes; it has some seconds' start, and as long as it is seen to be alive.
   and (not_before is null or not_before <= clock_timestamp())
   and not exists (
     select
       from batchllm.workers w
      where w.job_id = j.id
        and w.seen_at > clock_timestamp() - interval '15 seconds')
union all
-- A canary is run by one worker, which says so by its heartbeat; until it does, not_before keeps the others away.
select id, tenant, priority, deadline, model, true
  from batchllm.jobs j
 where state = 'running'
   and canary_rows is not null
   and canary is null
   and (not_before is null or not_before <= clock_timestamp())
   and not exists (
     select
       from batchllm.workers w
      where w.job_id = j.id
        and w.seen_at > clock_timestamp() - interval '15 seconds')
union all
select id, tenant, priority, deadline, model, false
  from batchllm.jobs j
 where state = 'running'
   and committed_shards + skipped_shards < shard_count
   -- Who planned it begins with it, and has a second's start.
   and (not_before is null or not_before <= clock_timestamp())
   and (canary_rows is null or approved_at is not null)
   and exists (
     select
       from batchllm.shards s
      where s.job_id = j.id
        and s.committed_at is null
        and (s.former is not null or j.retries = 0)
        and (s.leased_until is null or s.leased_until <= clock_timestamp()))
   and not exists (
     select
       from batchllm.tenants t
       join batchllm.tenant_work work on work.tenant = t.name
      where t.name = j.tenant
        and work.shards >= t.most_leased_shards);
