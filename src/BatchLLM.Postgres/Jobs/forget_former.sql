-- The job is over anew: what its shards were before it is in nobody's way any more.
update batchllm.shards
   set former = null
 where job_id = @JobId
   and former is not null;
