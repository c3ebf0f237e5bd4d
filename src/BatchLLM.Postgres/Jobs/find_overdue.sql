-- The job is locked already; it may have been resumed since it was seen to be overdue.
select time_budget
  from batchllm.jobs
 where id = @JobId
   and state = 'running'
   and committed_shards + skipped_shards < shard_count
   and run_until <= clock_timestamp();
