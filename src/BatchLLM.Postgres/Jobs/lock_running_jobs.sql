-- Shared: leases of one job do not wait for each other, but none is given while the job is paused or cancelled.
select id, coalesce(run_until <= clock_timestamp(), false) as IsOverdue
  from batchllm.jobs
 where id = any(@JobIds)
   and state = 'running'
 order by id
   for share;
