update batchllm.batches
   set held_until = clock_timestamp() + make_interval(secs => @Seconds)
 where id = any(@Ids)
   and ending is null;
