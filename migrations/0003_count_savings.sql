-- What planning a window as a whole saved: a job of a version that did not plan saved nothing.
alter table batchllm.jobs
  add column shared_prompt_tokens bigint not null default 0,
  add column copied_rows bigint not null default 0,
  add constraint jobs_shared_prompt_tokens_check check (shared_prompt_tokens between 0 and prompt_tokens),
  add constraint jobs_copied_rows_check check (copied_rows between 0 and ok + truncated + failed);

alter table batchllm.shards
  add column shared_prompt_tokens bigint not null default 0,
  add column copied_rows bigint not null default 0,
  add constraint shards_shared_prompt_tokens_check check (shared_prompt_tokens between 0 and coalesce(prompt_tokens, 0)),
  add constraint shards_copied_rows_check check (copied_rows between 0 and row_count);

-- How long the completions of a series of like jobs got, for the plan of the next one.
create table batchllm.output_lengths (
  updated_at timestamptz not null default now(),
  series text primary key,
  profile jsonb not null check (jsonb_typeof(profile) = 'object')
);
