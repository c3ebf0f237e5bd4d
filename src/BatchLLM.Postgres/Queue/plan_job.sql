update batchllm.jobs
   set state = 'running',
       planned_at = clock_timestamp(),
       name = @Name,
       key = @Key,
       spec = @Spec,
       model = @Model,
       output_uri = @OutputUri,
       inputs = @Inputs::jsonb,
       row_count = @RowCount,
       shard_count = @ShardCount,
       time_budget = @TimeBudget,
       run_until = clock_timestamp() + @TimeBudget,
       canary_rows = @CanaryRows,
       keep_results = @KeepResults,
       planner = null,
       trouble = null,
       -- Who planned it begins with it; others leave it a second before they help.
       not_before = clock_timestamp() + interval '1 second'
 where id = @JobId
   and state = 'queued'
   and planner is not null
   and plan_epoch = @Epoch;
