select distinct worker
  from batchllm.shards
 where job_id = @JobId
   and committed_at is null
   and leased_until > clock_timestamp()
 order by worker;
