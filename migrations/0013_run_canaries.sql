-- A job may run some of its rows first, and then wait: nothing of it is leased before it was approved, by its gate or by a person.
alter table batchllm.jobs
  add column canary_rows integer check (canary_rows > 0),
  -- What they came to; null before they ran.
  add column canary jsonb check (jsonb_typeof(canary) = 'object'),
  add column approved_at timestamptz,
  add constraint jobs_canary_of_rows check (canary is null or canary_rows is not null),
  add constraint jobs_approved_has_canary check (approved_at is null or canary is not null);

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
