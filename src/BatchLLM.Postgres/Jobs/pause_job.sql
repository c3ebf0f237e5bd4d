-- @Repeated: this call was tried before and its answer was lost, so it may be the one that took effect.
update batchllm.jobs
   set state = 'paused',
       reason = @Reason
 where id = @JobId
   and (state = 'running' or (@Repeated and state = 'paused' and reason = @Reason));
