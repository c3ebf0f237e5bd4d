-- The epoch stays, and so does the fence: a commit under a lease that was handed back finds no lease.
with held as materialized (
  select s.job_id, s.shard_index
    from batchllm.shards s
    join unnest(@JobIds, @ShardIndexes, @Epochs) as asked (job_id, shard_index, epoch)
      using (job_id, shard_index, epoch)
   where s.leased_until is not null
   order by s.job_id, s.shard_index
     for update of s
)
update batchllm.shards s
   set leased_until = null
  from held
 where s.job_id = held.job_id
   and s.shard_index = held.shard_index;
