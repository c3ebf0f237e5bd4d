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
