-- The job is locked already, and over. Shards with rows to compute keep what they committed in `former`; the job counts what is
-- left, as if they had never run. A shard whose errors nobody counted may have some of the class: its rows tell. No shard, no change.
with retried as (
  update batchllm.shards s
     set former = to_jsonb(s) - 'former' - 'duplicate_rows',
         committed_at = null,
         leased_at = null,
         ok = null,
         truncated = null,
         failed = null,
         prompt_tokens = null,
         completion_tokens = null,
         shared_prompt_tokens = 0,
         copied_rows = 0,
         reused_rows = 0,
         error_counts = null,
         part_uri = null,
         part_length = null,
         part_sha256 = null,
         errors_uri = null,
         errors_length = null,
         errors_sha256 = null
   where s.job_id = @JobId
     and s.failed > 0
     and (@Error::text is null or s.error_counts is null or jsonb_exists(s.error_counts, @Error))
  returning s.former
), sums as (
  select count(*)::integer as shards,
         sum((former ->> 'ok')::bigint) as ok,
         sum((former ->> 'truncated')::bigint) as truncated,
         sum((former ->> 'failed')::bigint) as failed,
         sum((former ->> 'prompt_tokens')::bigint) as prompt_tokens,
         sum((former ->> 'completion_tokens')::bigint) as completion_tokens,
         sum((former ->> 'shared_prompt_tokens')::bigint) as shared_prompt_tokens,
         sum((former ->> 'copied_rows')::bigint) as copied_rows,
         sum((former ->> 'reused_rows')::bigint) as reused_rows
    from retried
)
update batchllm.jobs j
   set state = 'running',
       reason = null,
       finished_at = null,
       receipt_sha256 = null,
       retries = j.retries + 1,
       retry_error = @Error,
       skipped_shards = j.shard_count - j.committed_shards,
       committed_shards = j.committed_shards - sums.shards,
       ok = j.ok - sums.ok,
       truncated = j.truncated - sums.truncated,
       failed = j.failed - sums.failed,
       prompt_tokens = j.prompt_tokens - sums.prompt_tokens,
       completion_tokens = j.completion_tokens - sums.completion_tokens,
       shared_prompt_tokens = j.shared_prompt_tokens - sums.shared_prompt_tokens,
       copied_rows = j.copied_rows - sums.copied_rows,
       reused_rows = j.reused_rows - sums.reused_rows,
       not_before = null,
       resumed_at = clock_timestamp(),
       run_until = clock_timestamp() + j.time_budget
  from sums
 where j.id = @JobId
   and sums.shards > 0;
