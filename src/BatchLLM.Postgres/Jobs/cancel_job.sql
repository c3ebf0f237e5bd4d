-- @Repeated: this call was tried before and its answer was lost, so it may be the one that took effect.
update batchllm.jobs
   set state = 'cancelled',
       reason = @Reason,
       finished_at = coalesce(finished_at, clock_timestamp()),
       planner = null
 where id = @JobId
   and (state in ('queued', 'running', 'paused') or (@Repeated and state = 'cancelled' and reason = @Reason));
