delete from batchllm.workers
 where name = @Worker;
