-- State is per job and per shard, never per row. Columns go by size, widest first, so that none is padded.

create table batchllm.jobs (
  id bigint generated always as identity primary key,
  row_count bigint not null check (row_count >= 0),
  -- Sums over committed shards, kept by the commit itself: no trigger, and no scan of the shards to show progress.
  ok bigint not null default 0 check (ok >= 0),
  truncated bigint not null default 0 check (truncated >= 0),
  failed bigint not null default 0 check (failed >= 0),
  prompt_tokens bigint not null default 0 check (prompt_tokens >= 0),
  completion_tokens bigint not null default 0 check (completion_tokens >= 0),
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  -- One per call of the creator: a call repeated after a lost connection finds what it made itself.
  request uuid not null unique,
  shard_count integer not null check (shard_count >= 0),
  committed_shards integer not null default 0 check (committed_shards between 0 and shard_count),
  state text not null default 'running' check (state in ('running', 'paused', 'completed', 'cancelled')),
  name text not null,
  key text not null,
  -- Text, not jsonb: it comes back byte for byte, because its digest is part of the key.
  spec text not null,
  model text not null,
  output_uri text not null,
  reason text,
  receipt_sha256 text check (receipt_sha256 ~ '^[0-9a-f]{64}$'),
  inputs jsonb not null check (jsonb_typeof(inputs) = 'array'),

  constraint jobs_rows_add_up check (ok + truncated + failed <= row_count),
  constraint jobs_reason_of_stop check ((reason is not null) = (state in ('paused', 'cancelled'))),
  constraint jobs_finished_when_final check ((finished_at is not null) = (state in ('completed', 'cancelled'))),
  constraint jobs_receipt_only_when_final check (receipt_sha256 is null or state in ('completed', 'cancelled')),
  constraint jobs_completed_is_complete check (
    state <> 'completed'
    or receipt_sha256 is not null and committed_shards = shard_count and ok + truncated + failed = row_count)
);

-- A key may have many runs, but only one that workers could still write to: two would share an output directory.
create unique index jobs_one_live_run_per_key on batchllm.jobs (key) where state in ('running', 'paused');

create index jobs_by_key on batchllm.jobs (key, id);

create table batchllm.shards (
  job_id bigint not null references batchllm.jobs (id),
  first_row bigint not null check (first_row >= 1),
  row_count bigint not null check (row_count >= 1),
  byte_offset bigint not null check (byte_offset >= 0),
  first_line bigint not null check (first_line >= 0),
  -- Null while nobody holds it; in the past once it ran out. Whoever finds it null or past may lease the shard.
  leased_until timestamptz,
  -- One per call of the lessee: a call repeated after a lost connection takes again what it took itself.
  lease_request uuid,
  -- From here to errors_length: set by the commit.
  committed_at timestamptz,
  ok bigint check (ok >= 0),
  truncated bigint check (truncated >= 0),
  failed bigint check (failed >= 0),
  prompt_tokens bigint check (prompt_tokens >= 0),
  completion_tokens bigint check (completion_tokens >= 0),
  part_length bigint check (part_length >= 0),
  errors_length bigint check (errors_length >= 0),
  shard_index integer not null check (shard_index >= 0),
  file_index integer not null check (file_index >= 0),
  -- Counts the leases. A writer with an older one has lost the shard.
  epoch integer not null default 0 check (epoch >= 0),
  -- Who leased it last, for people.
  worker text,
  -- From here to errors_sha256: set by the commit.
  part_uri text,
  part_sha256 text,
  errors_uri text,
  errors_sha256 text,
  duplicate_rows bigint[] not null default '{}',

  primary key (job_id, shard_index),
  constraint shards_lease_has_holder check (
    leased_until is null or epoch > 0 and worker is not null and lease_request is not null),
  constraint shards_committed_is_not_leased check (committed_at is null or leased_until is null),
  constraint shards_committed_has_output check (
    (committed_at is null
      and num_nonnulls(ok, truncated, failed, prompt_tokens, completion_tokens, part_length, part_uri, part_sha256) = 0)
    or (committed_at is not null and epoch > 0
      and num_nulls(ok, truncated, failed, prompt_tokens, completion_tokens, part_length, part_uri, part_sha256) = 0
      and ok + truncated + failed = row_count)),
  constraint shards_failed_rows_are_written check (
    num_nulls(errors_uri, errors_sha256, errors_length) = 0
    or num_nonnulls(errors_uri, errors_sha256, errors_length) = 0 and coalesce(failed, 0) = 0)
);

-- What can still be leased, lowest first: does not slow down as committed shards pile up in front of it.
create index shards_uncommitted on batchllm.shards (job_id, shard_index) where committed_at is null;
