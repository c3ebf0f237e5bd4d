-- What clients of the OpenAI API hand in and get back. The bytes of a file are in a blob; a batch becomes one job.
create table batchllm.files (
  -- The order of pages: ids are random.
  number bigint generated always as identity primary key,
  bytes bigint not null check (bytes >= 0),
  created_at timestamptz not null default now(),
  expires_at timestamptz check (expires_at > created_at),
  -- From then on nobody finds it. The row stays, so that who deletes what a page lists can go on behind it.
  deleted_at timestamptz,
  -- When its bytes were removed.
  removed_at timestamptz,
  id text not null unique check (id ~ '^file-[0-9A-Za-z]{24,64}$'),
  tenant text not null check (tenant ~ '^[a-z0-9._-]{1,64}$'),
  purpose text not null check (purpose in ('batch', 'batch_output')),
  name text not null check (length(name) between 1 and 255),
  uri text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),

  constraint files_removed_is_gone check (removed_at is null or deleted_at is not null)
);

create index files_by_tenant on batchllm.files (tenant, number) where deleted_at is null;

-- What is to be removed, now or some day: few of many.
create index files_to_remove on batchllm.files (number)
  where removed_at is null and (deleted_at is not null or expires_at is not null);

create table batchllm.batches (
  number bigint generated always as identity primary key,
  -- Set with in_progress_at, once the input has passed.
  job_id bigint unique references batchllm.jobs (id),
  request_count bigint check (request_count >= 1),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  in_progress_at timestamptz,
  cancelling_at timestamptz,
  ended_at timestamptz,
  -- Until then somebody does what there is to do for it, and others need not.
  held_until timestamptz,
  output_seconds double precision check (output_seconds > 0),
  id text not null unique check (id ~ '^batch_[0-9A-Za-z]{24,64}$'),
  tenant text not null check (tenant ~ '^[a-z0-9._-]{1,64}$'),
  input_file_id text not null references batchllm.files (id),
  endpoint text not null check (endpoint in ('/v1/chat/completions', '/v1/completions')),
  completion_window text not null,
  ending text check (ending in ('completed', 'failed', 'expired', 'cancelled')),
  model text,
  output_file_id text references batchllm.files (id),
  error_file_id text references batchllm.files (id),
  idempotency_key text,
  request_sha256 text check (request_sha256 ~ '^[0-9a-f]{64}$'),
  -- Text, not jsonb: members come back in the client's order.
  metadata text,
  faults jsonb check (jsonb_typeof(faults) = 'array'),

  constraint batches_end_at_a_time check ((ending is null) = (ended_at is null)),
  constraint batches_fail_for_a_reason check ((ending is not distinct from 'failed') = (faults is not null)),
  constraint batches_cancelled_was_cancelling check (ending is distinct from 'cancelled' or cancelling_at is not null),
  constraint batches_in_progress_has_job check (in_progress_at is null or job_id is not null),
  constraint batches_job_has_requests check (num_nulls(job_id, request_count, model) in (0, 3)),
  constraint batches_files_come_last check (ending is not null or num_nonnulls(output_file_id, error_file_id) = 0),
  constraint batches_idempotency_has_request check ((idempotency_key is null) = (request_sha256 is null))
);

create unique index batches_one_per_idempotency_key on batchllm.batches (tenant, idempotency_key)
  where idempotency_key is not null;

create index batches_by_tenant on batchllm.batches (tenant, number);

-- Does not slow down as batches that are over pile up.
create index batches_unfinished on batchllm.batches (number) where ending is null;

create index batches_by_input on batchllm.batches (input_file_id) where ending is null;

-- A batch with the job that it became, as it is shown.
create view batchllm.batch_jobs as
select b.number, b.id, b.tenant, b.input_file_id, b.endpoint, b.completion_window, b.metadata, b.output_seconds,
       b.request_sha256, b.created_at, b.expires_at, b.in_progress_at, b.cancelling_at, b.ending, b.ended_at,
       b.faults::text as faults, b.model, b.request_count, b.output_file_id, b.error_file_id, b.job_id,
       j.state as job_state, j.reason as job_reason, j.finished_at as job_finished_at, j.ok, j.truncated, j.failed,
       j.prompt_tokens, j.shared_prompt_tokens, j.completion_tokens, clock_timestamp() as read_at
  from batchllm.batches b
  left join batchllm.jobs j on j.id = b.job_id;
