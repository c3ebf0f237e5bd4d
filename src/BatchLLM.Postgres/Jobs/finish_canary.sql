-- The job is locked already. Repeated, it changes nothing: the report is there.
update batchllm.jobs
   set canary = @Canary::jsonb,
       state = case when @Reason::text is null then state else 'paused' end,
       reason = @Reason,
       approved_at = case when @Reason::text is null then clock_timestamp() end,
       not_before = null
 where id = @JobId
   and state = 'running'
   and canary_rows is not null
   and canary is null;
