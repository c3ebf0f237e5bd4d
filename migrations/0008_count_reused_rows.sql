-- Rows whose answer is that of an earlier run: a job of a version that took none over has none.
alter table batchllm.jobs
  add column reused_rows bigint not null default 0,
  add constraint jobs_reused_rows_check check (reused_rows between 0 and ok + truncated);

alter table batchllm.shards
  add column reused_rows bigint not null default 0,
  add constraint shards_reused_rows_check check (reused_rows between 0 and coalesce(ok + truncated, 0));
