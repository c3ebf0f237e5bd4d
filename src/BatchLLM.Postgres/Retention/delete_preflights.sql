delete from batchllm.preflights
 where key in (
   select p.key
     from batchllm.preflights p
    where p.created_at < now() - make_interval(secs => @Seconds)
      and not exists (select from batchllm.jobs j where j.key = p.key)
    limit @Limit
      for update skip locked);
