select f.schedule_id as ScheduleId, f.fire_time as FireTime, f.recorded_at as RecordedAt, f.is_manual as IsManual, f.outcome,
       coalesce(f.reason, j.reason) as Reason, f.job_id as JobId, j.state as JobState
  from batchllm.schedule_firings f
  left join batchllm.jobs j on j.id = f.job_id
 where f.schedule_id = @ScheduleId
   and (@Before::timestamptz is null or f.fire_time < @Before)
 order by f.fire_time desc
 limit @Limit;
