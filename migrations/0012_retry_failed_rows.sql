-- A job that is over may have its failed rows computed again. A shard that is to be run again keeps in `former` what it had
-- committed, until the job is over anew: its other rows are taken from that, and it stands again if the job is cancelled.
alter table batchllm.jobs
  add column retries integer not null default 0 check (retries >= 0),
  -- The only error whose rows the last retry computes; null for all of them.
  add column retry_error text,
  -- Shards that never ran, because the job was cancelled, and that no retry runs.
  add column skipped_shards integer not null default 0,
  add constraint jobs_retry_error_of_retry check (retry_error is null or retries > 0),
  add constraint jobs_skipped_shards_check check (skipped_shards between 0 and shard_count - committed_shards);

alter table batchllm.shards
  add column former jsonb check (jsonb_typeof(former) = 'object'),
  -- Failed rows by the code of their error; null for a shard that a version committed which did not count them.
  add column error_counts jsonb check (jsonb_typeof(error_counts) = 'object');

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
select id, tenant, priority, deadline, model, false
  from batchllm.jobs j
 where state = 'running'
   and committed_shards + skipped_shards < shard_count
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
