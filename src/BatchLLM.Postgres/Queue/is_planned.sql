-- True for a call that took effect and is repeated because its answer was lost: the epoch was this claim's alone.
select exists (
  select
    from batchllm.jobs
   where id = @JobId
     and plan_epoch = @Epoch
     and key = @Key
);
