-- @Repeated: this call was tried before and its answer was lost, so it may be the one that took effect.
update batchllm.jobs
   set state = 'failed',
       reason = @Reason,
       finished_at = coalesce(finished_at, clock_timestamp()),
       planner = null,
       not_before = null
 where id = @JobId
   and plan_epoch = @Epoch
   and (state = 'queued' and planner is not null or (@Repeated and state = 'failed' and reason = @Reason));
