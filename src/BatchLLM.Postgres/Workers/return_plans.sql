-- A worker that ends of itself has given its claim back already.
update batchllm.jobs
   set planner = null,
       not_before = null,
       plan_deaths = plan_deaths + 1
 where state = 'queued'
   and planner = @Worker;
