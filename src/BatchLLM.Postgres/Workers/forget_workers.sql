delete from batchllm.workers
 where seen_at < clock_timestamp() - interval '1 day';
