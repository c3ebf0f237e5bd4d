-- SKIP LOCKED: a server that removes it at this moment needs no second one.
select id
  from batchllm.jobs
 where id = @Id
   and exists (
     select
       from batchllm.removable_jobs r
      where r.id = @Id
        and r.over_at < now() - make_interval(secs => @Seconds))
   for update skip locked;
