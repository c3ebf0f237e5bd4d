-- How long a job may run before it pauses, from when it was planned or resumed.
alter table batchllm.jobs
  add column run_until timestamptz,
  add column time_budget interval check (time_budget > interval '0');
