-- The epoch stays: should the worker live after all, its next renewal and its commits find no lease.
update batchllm.shards
   set leased_until = null
 where job_id = @JobId
   and worker = @Worker
   and committed_at is null
   and leased_until is not null;
