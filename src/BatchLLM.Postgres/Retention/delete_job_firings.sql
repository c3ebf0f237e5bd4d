delete from batchllm.schedule_firings
 where job_id = @Id;
