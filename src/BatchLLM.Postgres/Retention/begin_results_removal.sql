update batchllm.jobs
   set results_removing_at = clock_timestamp()
 where id = any(@Ids);
