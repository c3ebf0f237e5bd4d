select job_id as JobId, shard_index as ShardIndex, epoch, file_index as FileIndex, first_row as FirstRow,
       row_count as RowCount, byte_offset as ByteOffset, first_line as FirstLine, duplicate_rows as DuplicateRows,
       ok, truncated, failed, prompt_tokens as PromptTokens, completion_tokens as CompletionTokens,
       shared_prompt_tokens as SharedPromptTokens, copied_rows as CopiedRows, reused_rows as ReusedRows,
       part_uri as PartUri, part_length as PartLength, part_sha256 as PartSha256, errors_uri as ErrorsUri,
       errors_length as ErrorsLength, errors_sha256 as ErrorsSha256, errors_offset as ErrorsOffset
  from (
    -- Over all shards, also those that a retry still runs: their lines are in the error file until it is over.
    select *, sum(published_errors) over (order by shard_index)::bigint - published_errors as errors_offset
      from (
        select *, coalesce(case when former is null then errors_length else (former ->> 'errors_length')::bigint end, 0) as published_errors
          from batchllm.shards
         where job_id = @JobId) as lengths) as shards
 where committed_at is not null
 order by shard_index;
