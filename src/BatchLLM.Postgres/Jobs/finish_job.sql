-- The first receipt stands: the same one again changes nothing, and another one is refused. So is one that was written
-- for another state than the job is in by now: it would say the wrong one. A job that was never planned has none.
update batchllm.jobs
   set state = case state when 'running' then 'completed' else state end,
       finished_at = coalesce(finished_at, clock_timestamp()),
       receipt_sha256 = @ReceiptSha256
 where id = @JobId
   and ((state = 'running' and @From = 'running' and committed_shards = shard_count)
     or (state = 'cancelled' and @From = 'cancelled' and key is not null and receipt_sha256 is null)
     or receipt_sha256 = @ReceiptSha256);
