-- A preflight comes before its job, and may find none or many runs of it: the key is all they have in common.
create table batchllm.preflights (
  created_at timestamptz not null default now(),
  key text primary key,
  report jsonb not null check (jsonb_typeof(report) = 'object')
);
