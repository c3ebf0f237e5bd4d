-- What a worker claimed before its answer was lost. A worker plans one job at a time.
select id as JobId, plan_epoch as PlanEpoch
  from batchllm.jobs
 where state = 'queued'
   and planner = @Worker
 order by id desc
 limit 1;
