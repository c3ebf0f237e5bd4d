-- A job may run some of its rows first, and then wait: nothing of it is leased before it was approved, by its gate or by a person.
alter table batchllm.jobs
  add column canary_rows integer check (canary_rows > 0),
  -- What they came to; null before they ran.
  add column canary jsonb check (jsonb_typeof(canary) = 'object'),
  add column approved_at timestamptz,
  add constraint jobs_canary_of_rows check (canary is null or canary_rows is not null),
  add constraint jobs_approved_has_canary check (approved_at is null or canary is not null);
