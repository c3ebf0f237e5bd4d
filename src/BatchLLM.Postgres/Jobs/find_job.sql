select id, row_count as RowCount, ok, truncated, failed, prompt_tokens as PromptTokens,
       completion_tokens as CompletionTokens, shared_prompt_tokens as SharedPromptTokens,
       copied_rows as CopiedRows, reused_rows as ReusedRows, created_at as CreatedAt, finished_at as FinishedAt,
       shard_count as ShardCount, committed_shards as CommittedShards, state, name, key, spec, model,
       output_uri as OutputUri, reason, receipt_sha256 as ReceiptSha256, inputs::text as Inputs, tenant, priority,
       deadline, planned_at as PlannedAt, planner, trouble, plan_troubles as PlanTroubles, plan_deaths as PlanDeaths,
       not_before as NotBefore, retries, retry_error as RetryError, skipped_shards as SkippedShards,
       canary_rows as CanaryRows, canary::text as Canary, approved_at as ApprovedAt,
       results_removing_at as ResultsRemovingAt, results_removed_at as ResultsRemovedAt, results_note as ResultsNote
  from batchllm.jobs
 where id = @JobId;
