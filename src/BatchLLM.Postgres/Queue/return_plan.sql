-- 5 s, 10 s, 20 s and so on, to 5 minutes: long enough for a store that restarts, short enough for a night.
update batchllm.jobs
   set planner = null,
       trouble = coalesce(@Trouble, trouble),
       plan_troubles = plan_troubles + (@Trouble is not null)::integer,
       not_before = case
         when @Trouble is not null
           then clock_timestamp() + least(interval '5 minutes', interval '5 seconds' * 2 ^ least(plan_troubles, 10))
       end
 where id = @JobId
   and state = 'queued'
   and planner is not null
   and plan_epoch = @Epoch;
