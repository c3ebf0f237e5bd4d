-- The first receipt stands: the same one again changes nothing, and another one is refused. So is one that was written
-- for another state than the job is in by now: it would say the wrong one. A job that was never planned has none. A cancelled
-- job whose failed rows were computed again is a cancelled one still: rows that never ran did not run now either.
update batchllm.jobs
   set state = case when state = 'running' then case when skipped_shards = 0 then 'completed' else 'cancelled' end else state end,
       reason = case when state = 'running' and skipped_shards > 0 then 'cancelled before its failed rows were retried' else reason end,
       finished_at = coalesce(finished_at, clock_timestamp()),
       receipt_sha256 = @ReceiptSha256
 where id = @JobId
   and ((state = 'running' and @From = 'running' and committed_shards + skipped_shards = shard_count)
     or (state = 'cancelled' and @From = 'cancelled' and key is not null and receipt_sha256 is null)
     or receipt_sha256 = @ReceiptSha256);
