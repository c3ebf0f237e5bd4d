-- Jobs that are not over, by the index jobs_by_rank: they are few, and the others many.
select id, name, spec as SpecJson, case when key is not null then inputs::text end as Inputs
  from batchllm.jobs
 where case state when 'running' then 0 when 'paused' then 1 when 'queued' then 2 else 3 end < 3
 order by id;
