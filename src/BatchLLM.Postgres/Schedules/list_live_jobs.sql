select id
  from batchllm.jobs
 where schedule_id = @ScheduleId
   and fire_time <> @FireTime
   and state in ('queued', 'running', 'paused')
 order by id;
