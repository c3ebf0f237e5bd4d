-- SKIP LOCKED: what another server begins at this moment is its own. The job's own columns are asked too, because they are what the
-- lock looks at again: one that somebody retries at this moment has no results that are over.
select j.id
  from batchllm.jobs j
 where j.id = any(@Ids)
   and j.results_removing_at is null
   and j.finished_at < now() - coalesce(j.keep_results, make_interval(secs => @Seconds::double precision))
   and exists (select from batchllm.standing_results r where r.id = j.id and r.kept_for is null)
 order by j.id
   for update of j skip locked;
