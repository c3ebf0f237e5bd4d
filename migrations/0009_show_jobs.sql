-- Pages show jobs. When one was resumed: its speed of late must not count the pause.
alter table batchllm.jobs
  add column resumed_at timestamptz;

-- When it was leased the last time, by the clock of the lease's transaction: shards that were leased together have the same.
-- Their rows are computed together, so the time until their commits is the time that they took.
alter table batchllm.shards
  add column leased_at timestamptz;

-- The order of the page: what runs, what needs somebody, what waits, then what is over; the newest first. A page goes on
-- behind the last job of the one before, however many there are.
create index jobs_by_rank on batchllm.jobs (
  (case state when 'running' then 0 when 'paused' then 1 when 'queued' then 2 else 3 end), (-id)) include (state, tenant);

-- What ended of late, to count it.
create index jobs_by_finish on batchllm.jobs (finished_at) include (state, tenant) where finished_at is not null;

-- A job's newest commits say how fast it is; all of them, what its throughput was.
create index shards_by_commit on batchllm.shards (job_id, committed_at) where committed_at is not null;

-- Who signed in with a browser. Of the cookie only its digest is here: what is stolen from a backup opens nothing.
create table batchllm.sessions (
  key_id bigint not null references batchllm.api_keys (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  digest text primary key check (digest ~ '^[0-9a-f]{64}$'),

  check (expires_at > created_at)
);

create index sessions_by_expiry on batchllm.sessions (expires_at);
