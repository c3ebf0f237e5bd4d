-- The job is locked already. A paused job still takes what was finished when it was paused; a final one takes nothing,
-- which is what freezes its counts. A lease that ran out counts while nobody else took the shard: the epoch tells.
with committed as (
  update batchllm.shards s
     set committed_at = clock_timestamp(),
         leased_until = null,
         ok = @Ok,
         truncated = @Truncated,
         failed = @Failed,
         prompt_tokens = @PromptTokens,
         completion_tokens = @CompletionTokens,
         shared_prompt_tokens = @SharedPromptTokens,
         copied_rows = @CopiedRows,
         reused_rows = @ReusedRows,
         part_uri = @PartUri,
         part_length = @PartLength,
         part_sha256 = @PartSha256,
         errors_uri = @ErrorsUri,
         errors_length = @ErrorsLength,
         errors_sha256 = @ErrorsSha256,
         error_counts = @ErrorCounts::jsonb
    from batchllm.jobs j
   where j.id = @JobId
     and j.state in ('running', 'paused')
     and s.job_id = @JobId
     and s.shard_index = @ShardIndex
     and s.epoch = @Epoch
     and s.leased_until is not null
  returning s.job_id
)
update batchllm.jobs j
   set committed_shards = j.committed_shards + 1,
       -- Whoever commits the last shard publishes; others leave it that much time before they believe that it died.
       not_before = case
         when j.committed_shards + 1 + j.skipped_shards = j.shard_count then clock_timestamp() + interval '15 seconds'
         else j.not_before
       end,
       ok = j.ok + @Ok,
       truncated = j.truncated + @Truncated,
       failed = j.failed + @Failed,
       prompt_tokens = j.prompt_tokens + @PromptTokens,
       completion_tokens = j.completion_tokens + @CompletionTokens,
       shared_prompt_tokens = j.shared_prompt_tokens + @SharedPromptTokens,
       copied_rows = j.copied_rows + @CopiedRows,
       reused_rows = j.reused_rows + @ReusedRows
  from committed
 where j.id = committed.job_id
returning j.ok, j.truncated, j.failed, j.prompt_tokens as PromptTokens, j.completion_tokens as CompletionTokens,
          j.shared_prompt_tokens as SharedPromptTokens, j.copied_rows as CopiedRows,
          j.reused_rows as ReusedRows;
