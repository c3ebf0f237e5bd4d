update batchllm.jobs
   set planner = null,
       not_before = null
 where state = 'queued'
   and planner = @Worker;
