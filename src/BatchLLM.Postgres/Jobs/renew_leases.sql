-- A lease that ran out is still held while nobody else took it: the work done so far is not thrown away. Rows are
-- locked in one order, because two workers may ask for the same shard, one of them in vain.
with held as materialized (
  select s.job_id, s.shard_index
    from batchllm.shards s
    join unnest(@JobIds, @ShardIndexes, @Epochs) as asked (job_id, shard_index, epoch)
      using (job_id, shard_index, epoch)
   where s.leased_until is not null
     and s.job_id = any(@RunningJobIds)
   order by s.job_id, s.shard_index
     for update of s
)
update batchllm.shards s
   set leased_until = clock_timestamp() + make_interval(secs => @Seconds)
  from held
 where s.job_id = held.job_id
   and s.shard_index = held.shard_index
returning s.job_id as JobId, s.shard_index as ShardIndex;
