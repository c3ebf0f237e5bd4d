-- @Repeated: this call was tried before and its answer was lost, so it may be the one that took effect.
update batchllm.jobs
   set state = 'running',
       reason = null,
       spec = coalesce(@Spec, spec)
 where id = @JobId
   and (state = 'paused' or (@Repeated and state = 'running' and spec = coalesce(@Spec, spec)));
