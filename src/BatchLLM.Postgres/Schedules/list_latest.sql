select f.schedule_id as ScheduleId, f.fire_time as FireTime, f.recorded_at as RecordedAt, f.is_manual as IsManual, f.outcome,
       coalesce(f.reason, j.reason) as Reason, f.job_id as JobId, j.state as JobState
  from batchllm.schedules s
 cross join lateral (
    select *
      from batchllm.schedule_firings
     where schedule_id = s.id
     order by fire_time desc
     limit 1) as f
  left join batchllm.jobs j on j.id = f.job_id
 where @Tenant::text is null or s.tenant = @Tenant;
