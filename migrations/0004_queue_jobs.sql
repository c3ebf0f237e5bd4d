-- A job is accepted before anything of it is looked at. Until a worker has planned it, it has no key, no inputs, no shards.
alter table batchllm.jobs
  alter column key drop not null,
  add column deadline timestamptz,
  -- Null for a job that was never planned.
  add column planned_at timestamptz,
  -- Until then no worker takes the job for itself, to plan it or to publish it: another one has it, or trouble may pass.
  add column not_before timestamptz,
  add column priority integer not null default 0 check (priority between -100 and 100),
  -- Counts the claims to plan the job. Who holds an older one has lost it.
  add column plan_epoch integer not null default 0 check (plan_epoch >= 0),
  -- How often something that may pass was in the way of planning, and what it was the last time.
  add column plan_troubles integer not null default 0 check (plan_troubles >= 0),
  -- How often a worker ended while it planned the job, without a word.
  add column plan_deaths integer not null default 0 check (plan_deaths >= 0),
  add column tenant text not null default 'default' check (tenant ~ '^[a-z0-9._-]{1,64}$'),
  add column trouble text,
  -- The worker that plans the job.
  add column planner text,
  add column idempotency_key text,
  add column request_sha256 text check (request_sha256 ~ '^[0-9a-f]{64}$');

update batchllm.jobs set planned_at = created_at;

alter table batchllm.jobs
  drop constraint jobs_state_check,
  drop constraint jobs_reason_of_stop,
  drop constraint jobs_finished_when_final,
  add constraint jobs_state_check
    check (state in ('queued', 'running', 'paused', 'completed', 'cancelled', 'failed')),
  add constraint jobs_reason_of_stop check ((reason is not null) = (state in ('paused', 'cancelled', 'failed'))),
  add constraint jobs_finished_when_final
    check ((finished_at is not null) = (state in ('completed', 'cancelled', 'failed'))),
  add constraint jobs_planned_has_key check ((planned_at is not null) = (key is not null)),
  add constraint jobs_planned_when_running check (
    case state
      when 'queued' then key is null
      when 'failed' then key is null
      when 'running' then key is not null
      when 'completed' then key is not null
      else true
    end),
  add constraint jobs_unplanned_is_empty check (
    key is not null or row_count = 0 and shard_count = 0 and receipt_sha256 is null),
  add constraint jobs_planner_holds_claim check (
    planner is null or state = 'queued' and plan_epoch > 0 and not_before is not null),
  add constraint jobs_idempotency_has_request check ((idempotency_key is null) = (request_sha256 is null));

create unique index jobs_one_per_idempotency_key on batchllm.jobs (tenant, idempotency_key)
  where idempotency_key is not null;

-- What may be claimed: does not slow down as finished jobs pile up.
create index jobs_unfinished on batchllm.jobs (id) where state in ('queued', 'running');

-- Who writes to an output, for the next job that is to write there.
create index jobs_live_by_output on batchllm.jobs (rtrim(output_uri, '/'))
  where key is not null and state in ('running', 'paused');

-- Few of many: a shard is under lease for minutes, of a job that runs for hours.
create index shards_leased on batchllm.shards (job_id) where leased_until is not null;

-- Tenants that may not take all workers for themselves. One that is not here may.
create table batchllm.tenants (
  most_leased_shards integer check (most_leased_shards >= 1),
  name text primary key check (name ~ '^[a-z0-9._-]{1,64}$')
);

create table batchllm.workers (
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  -- No foreign key: it says what the worker did last, and locks nothing.
  job_id bigint,
  name text primary key,
  host text not null,
  version text not null,
  state text not null check (state in ('idle', 'running', 'draining')),
  models text[] not null,

  constraint workers_idle_has_no_job check (state <> 'idle' or job_id is null)
);

-- For whom the workers work at this moment. A job that is being planned counts as one row: its size is not known yet.
create view batchllm.tenant_work as
select tenant, sum(rows)::bigint as rows, sum(shards)::integer as shards
  from (select j.tenant, s.row_count as rows, 1 as shards
          from batchllm.shards s
          join batchllm.jobs j on j.id = s.job_id
         where s.leased_until is not null
           and s.leased_until > clock_timestamp()
        union all
        select tenant, 1, 0
          from batchllm.jobs
         where state = 'queued'
           and planner is not null
           and not_before > clock_timestamp()) as piece
 group by tenant;

-- What a worker may take up at this moment. `alone`: by one worker at a time, to be planned or to be published.
create view batchllm.claimable_jobs as
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
union all
select id, tenant, priority, deadline, model, true
  from batchllm.jobs j
 where state = 'running'
   and committed_shards = shard_count
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
   and committed_shards < shard_count
   and exists (
     select
       from batchllm.shards s
      where s.job_id = j.id
        and s.committed_at is null
        and (s.leased_until is null or s.leased_until <= clock_timestamp()))
   and not exists (
     select
       from batchllm.tenants t
       join batchllm.tenant_work work on work.tenant = t.name
      where t.name = j.tenant
        and work.shards >= t.most_leased_shards);
