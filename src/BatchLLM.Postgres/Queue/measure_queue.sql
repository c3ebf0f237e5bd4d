-- Jobs that are over are many, and say nothing of the load.
select state,
       count(*) as Jobs,
       coalesce(sum(row_count - ok - truncated - failed), 0)::bigint as OpenRows,
       extract(epoch from clock_timestamp() - min(created_at))::double precision as OldestSeconds
  from batchllm.jobs
 where state in ('queued', 'running', 'paused')
 group by state
 order by state;
