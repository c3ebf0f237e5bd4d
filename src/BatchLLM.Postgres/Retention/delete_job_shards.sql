delete from batchllm.shards
 where job_id = @Id;
