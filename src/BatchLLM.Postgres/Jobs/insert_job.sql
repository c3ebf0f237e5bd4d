insert into batchllm.jobs (request, name, key, spec, model, output_uri, inputs, row_count, shard_count, planned_at,
                           time_budget, run_until, canary_rows, keep_results)
values (@Request, @Name, @Key, @Spec, @Model, @OutputUri, @Inputs::jsonb, @RowCount, @ShardCount, now(),
        @TimeBudget, clock_timestamp() + @TimeBudget, @CanaryRows, @KeepResults)
returning id;
