select output_uri
  from batchllm.jobs
 where schedule_id = @ScheduleId
   and state = 'completed'
 order by fire_time desc
 limit 1;
