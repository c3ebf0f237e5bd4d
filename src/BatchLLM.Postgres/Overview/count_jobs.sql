-- Counts only what an index holds: jobs that are over pile up, and are counted for a day.
select count(*) filter (where state = 'running') as Running, count(*) filter (where state = 'queued') as Queued,
       count(*) filter (where state = 'paused') as Paused, count(*) filter (where state = 'completed') as Completed,
       count(*) filter (where state = 'failed') as Failed, count(*) filter (where state = 'cancelled') as Cancelled,
       clock_timestamp() as At
  from (
    select state, tenant
      from batchllm.jobs
     where case state when 'running' then 0 when 'paused' then 1 when 'queued' then 2 else 3 end < 3
    union all
    select state, tenant
      from batchllm.jobs
     where finished_at is not null
       and finished_at > now() - interval '1 day') as job
 where @Tenant::text is null or tenant = @Tenant;
