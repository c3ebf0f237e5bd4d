-- First in each transaction that changes a job or commits a shard. All take the job before its shards, so none can
-- deadlock, and the next statement sees what the one before it committed.
select state
  from batchllm.jobs
 where id = @JobId
   for no key update;
