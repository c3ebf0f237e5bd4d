-- SKIP LOCKED: workers that ask at the same time get different shards, and none waits. MATERIALIZED: the planner may
-- otherwise run the sub-select once per row and lock more shards than asked for. The clock is read per row, not at the
-- start of the transaction, which may have waited for the job. @Room: null, or what the tenant may still hold. A retry runs
-- only what ran before.
with free as materialized (
  select shard_index
    from batchllm.shards
   where job_id = @JobId
     and committed_at is null
     and (former is not null or not @IsRetry)
     and (leased_until is null or leased_until <= clock_timestamp() or lease_request = @Request)
   order by shard_index
   limit least(@Most, @Room)
     for update skip locked
), leased as (
  update batchllm.shards s
     set epoch = s.epoch + 1,
         worker = @Worker,
         lease_request = @Request,
         leased_at = now(),
         leased_until = clock_timestamp() + make_interval(secs => @Seconds)
    from free
   where s.job_id = @JobId
     and s.shard_index = free.shard_index
  returning s.*
)
select job_id as JobId, shard_index as ShardIndex, epoch, file_index as FileIndex, first_row as FirstRow,
       row_count as RowCount, byte_offset as ByteOffset, first_line as FirstLine, duplicate_rows as DuplicateRows,
       former::text as Former
  from leased
 order by shard_index;
