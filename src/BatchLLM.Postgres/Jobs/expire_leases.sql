-- Pausing ends all leases, but does not take them: finished work may still be committed, and after a resume any worker
-- may have the rest at once.
update batchllm.shards
   set leased_until = clock_timestamp()
 where job_id = @JobId
   and leased_until > clock_timestamp();
