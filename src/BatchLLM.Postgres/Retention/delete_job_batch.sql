delete from batchllm.batches
 where job_id = @Id;
