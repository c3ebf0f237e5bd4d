-- A retry was cancelled: what its shards had committed before stands again. The epoch stays, so nobody commits to them any more.
-- `former` stays too, until the job is over: it says where in the former error file the shard's failed rows are.
with restored as (
  update batchllm.shards s
     set committed_at = f.committed_at,
         leased_at = f.leased_at,
         ok = f.ok,
         truncated = f.truncated,
         failed = f.failed,
         prompt_tokens = f.prompt_tokens,
         completion_tokens = f.completion_tokens,
         shared_prompt_tokens = f.shared_prompt_tokens,
         copied_rows = f.copied_rows,
         reused_rows = f.reused_rows,
         error_counts = f.error_counts,
         part_uri = f.part_uri,
         part_length = f.part_length,
         part_sha256 = f.part_sha256,
         errors_uri = f.errors_uri,
         errors_length = f.errors_length,
         errors_sha256 = f.errors_sha256
    from batchllm.shards before
   cross join lateral jsonb_populate_record(null::batchllm.shards, before.former) as f
   where s.job_id = @JobId
     and s.committed_at is null
     and before.job_id = s.job_id
     and before.shard_index = s.shard_index
     and before.former is not null
  returning s.*
), sums as (
  select count(*)::integer as shards, sum(ok) as ok, sum(truncated) as truncated, sum(failed) as failed,
         sum(prompt_tokens) as prompt_tokens, sum(completion_tokens) as completion_tokens,
         sum(shared_prompt_tokens) as shared_prompt_tokens, sum(copied_rows) as copied_rows, sum(reused_rows) as reused_rows
    from restored
)
update batchllm.jobs j
   set committed_shards = j.committed_shards + sums.shards,
       ok = j.ok + sums.ok,
       truncated = j.truncated + sums.truncated,
       failed = j.failed + sums.failed,
       prompt_tokens = j.prompt_tokens + sums.prompt_tokens,
       completion_tokens = j.completion_tokens + sums.completion_tokens,
       shared_prompt_tokens = j.shared_prompt_tokens + sums.shared_prompt_tokens,
       copied_rows = j.copied_rows + sums.copied_rows,
       reused_rows = j.reused_rows + sums.reused_rows
  from sums
 where j.id = @JobId
   and sums.shards > 0;
