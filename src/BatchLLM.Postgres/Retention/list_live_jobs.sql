select id, name, spec as SpecJson, case when key is not null then inputs::text end as Inputs
  from batchllm.jobs
 where state in ('queued', 'running', 'paused')
 order by id;
