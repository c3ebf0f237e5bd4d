select shard_index as Index, first_row as FirstRow, row_count as Rows, epoch, worker,
       coalesce(leased_until > clock_timestamp(), false) as IsHeld, committed_at as CommittedAt,
       coalesce(ok, 0) as Ok, coalesce(truncated, 0) as Truncated, coalesce(failed, 0) as Failed,
       coalesce(prompt_tokens + completion_tokens, 0) as Tokens, errors_uri as ErrorsUri
  from batchllm.shards
 where job_id = @JobId
   and shard_index > @After
   and (not @OnlyFailed or failed > 0)
 order by shard_index
 limit @Limit;
