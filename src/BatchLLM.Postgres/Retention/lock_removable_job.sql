-- SKIP LOCKED: a server that removes it at this moment needs no second one. Its own finished_at is asked too, because that is what
-- the lock looks at again: a job that somebody begins anew at this moment is not over any more.
select id
  from batchllm.jobs
 where id = @Id
   and finished_at < now() - make_interval(secs => @Seconds)
   and exists (
     select
       from batchllm.removable_jobs r
      where r.id = @Id
        and r.over_at < now() - make_interval(secs => @Seconds)
        and not (r.has_results and (r.expires_by_itself or @ResultsExpire)))
   for update skip locked;
