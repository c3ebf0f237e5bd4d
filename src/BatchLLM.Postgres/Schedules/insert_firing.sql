insert into batchllm.schedule_firings (schedule_id, fire_time, is_manual, outcome, reason, job_id)
values (@ScheduleId, @FireTime, @IsManual, @Outcome, @Reason, @JobId);
