-- Back to where it came from. Whatever it waited for: who resumes it wants it now.
-- @Repeated: this call was tried before and its answer was lost, so it may be the one that took effect.
update batchllm.jobs
   set state = case when key is null then 'queued' else 'running' end,
       reason = null,
       spec = coalesce(@Spec, spec),
       not_before = null,
       resumed_at = clock_timestamp(),
       run_until = clock_timestamp() + time_budget,
       plan_deaths = 0
 where id = @JobId
   -- A canary that waits is approved, by whoever has looked at it.
   and (canary is null or approved_at is not null)
   and (state = 'paused' or (@Repeated and state in ('queued', 'running') and spec = coalesce(@Spec, spec)));
