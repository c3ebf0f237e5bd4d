-- The job is locked already. A paused job still takes what was finished when it was paused; a final one takes nothing,
-- which is what freezes its counts. A lease that ran out counts while nobody else took the shard: the epoch tells. Rows are
-- locked in one order, because who believes that this worker is dead may be handing the same shards back.
with finished as materialized (
  select f.*
    from unnest(
      @ShardIndexes, @Epochs, @Ok, @Truncated, @Failed, @PromptTokens, @CompletionTokens, @SharedPromptTokens, @CopiedRows,
      @ReusedRows, @PartUris, @PartLengths, @PartSha256s, @ErrorsUris, @ErrorsLengths, @ErrorsSha256s,
      @ErrorCounts) as f (
      shard_index, epoch, ok, truncated, failed, prompt_tokens, completion_tokens, shared_prompt_tokens, copied_rows,
      reused_rows, part_uri, part_length, part_sha256, errors_uri, errors_length, errors_sha256,
      error_counts)
    join batchllm.shards s
      on s.job_id = @JobId
     and s.shard_index = f.shard_index
     and s.epoch = f.epoch
    join batchllm.jobs j
      on j.id = s.job_id
     and j.state in ('running', 'paused')
   where s.leased_until is not null
   order by s.shard_index
     for update of s
), committed as (
  update batchllm.shards s
     set committed_at = clock_timestamp(),
         leased_until = null,
         ok = f.ok,
         truncated = f.truncated,
         failed = f.failed,
         prompt_tokens = f.prompt_tokens,
         completion_tokens = f.completion_tokens,
         shared_prompt_tokens = f.shared_prompt_tokens,
         copied_rows = f.copied_rows,
         reused_rows = f.reused_rows,
         part_uri = f.part_uri,
         part_length = f.part_length,
         part_sha256 = f.part_sha256,
         errors_uri = f.errors_uri,
         errors_length = f.errors_length,
         errors_sha256 = f.errors_sha256,
         error_counts = f.error_counts::jsonb
    from finished f
   where s.job_id = @JobId
     and s.shard_index = f.shard_index
  returning s.*
), added as (
  select count(*)::integer as shards,
         array_agg(shard_index) as indexes,
         sum(ok)::bigint as ok,
         sum(truncated)::bigint as truncated,
         sum(failed)::bigint as failed,
         sum(prompt_tokens)::bigint as prompt_tokens,
         sum(completion_tokens)::bigint as completion_tokens,
         sum(shared_prompt_tokens)::bigint as shared_prompt_tokens,
         sum(copied_rows)::bigint as copied_rows,
         sum(reused_rows)::bigint as reused_rows
    from committed
)
update batchllm.jobs j
   set committed_shards = j.committed_shards + added.shards,
       -- Whoever commits the last shard publishes; others leave it that much time before they believe that it died.
       not_before = case
         when j.committed_shards + added.shards + j.skipped_shards = j.shard_count then clock_timestamp() + interval '15 seconds'
         else j.not_before
       end,
       ok = j.ok + added.ok,
       truncated = j.truncated + added.truncated,
       failed = j.failed + added.failed,
       prompt_tokens = j.prompt_tokens + added.prompt_tokens,
       completion_tokens = j.completion_tokens + added.completion_tokens,
       shared_prompt_tokens = j.shared_prompt_tokens + added.shared_prompt_tokens,
       copied_rows = j.copied_rows + added.copied_rows,
       reused_rows = j.reused_rows + added.reused_rows
  from added
 where j.id = @JobId
   and added.shards > 0
returning added.indexes as ShardIndexes, j.ok, j.truncated, j.failed, j.prompt_tokens as PromptTokens,
          j.completion_tokens as CompletionTokens, j.shared_prompt_tokens as SharedPromptTokens, j.copied_rows as CopiedRows,
          j.reused_rows as ReusedRows;
