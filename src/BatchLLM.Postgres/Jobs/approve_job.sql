-- @Repeated: this call was tried before and its answer was lost, so it may be the one that took effect.
update batchllm.jobs
   set state = 'running',
       reason = null,
       approved_at = coalesce(approved_at, clock_timestamp()),
       not_before = null,
       resumed_at = clock_timestamp(),
       run_until = clock_timestamp() + time_budget
 where id = @JobId
   and canary is not null
   and ((state = 'paused' and approved_at is null) or (@Repeated and state = 'running' and approved_at is not null));
