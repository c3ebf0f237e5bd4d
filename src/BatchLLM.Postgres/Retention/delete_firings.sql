-- Those that made no job; the newest of a schedule stays.
delete from batchllm.schedule_firings
 where (schedule_id, fire_time) in (
   select f.schedule_id, f.fire_time
     from batchllm.schedule_firings f
    where f.job_id is null
      and f.recorded_at < now() - make_interval(secs => @Seconds)
      and exists (
        select
          from batchllm.schedule_firings newer
         where newer.schedule_id = f.schedule_id
           and newer.fire_time > f.fire_time)
    limit @Limit
      for update skip locked);
