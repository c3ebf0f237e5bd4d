update batchllm.jobs
   set not_before = clock_timestamp() + make_interval(secs => @Seconds)
 where id = @JobId
   and state = 'queued'
   and planner is not null
   and plan_epoch = @Epoch;
