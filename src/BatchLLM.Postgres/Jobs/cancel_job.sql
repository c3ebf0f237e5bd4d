-- @Repeated: this call was tried before and its answer was lost, so it may be the one that took effect.
update batchllm.jobs
   set state = 'cancelled',
       reason = @Reason,
       finished_at = coalesce(finished_at, clock_timestamp())
 where id = @JobId
   and (state in ('running', 'paused') or (@Repeated and state = 'cancelled' and reason = @Reason));
