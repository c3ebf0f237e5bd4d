-- @Repeated: this call was tried before and its answer was lost, so it may be the one that took effect.
update batchllm.jobs
   set state = 'paused',
       reason = @Reason,
       planner = null
 where id = @JobId
   and (state in ('queued', 'running') or (@Repeated and state = 'paused' and reason = @Reason));
