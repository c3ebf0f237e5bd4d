update batchllm.shards
   set leased_until = null
 where job_id = @JobId
   and leased_until is not null;
