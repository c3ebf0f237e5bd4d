-- The epoch stays: should the worker live after all, its next renewal and its commits find no lease. Rows are locked in
-- one order, as a renewal does.
with held as materialized (
  select job_id, shard_index
    from batchllm.shards
   where leased_until is not null
     and worker = @Worker
   order by job_id, shard_index
     for update
)
update batchllm.shards s
   set leased_until = null
  from held
 where s.job_id = held.job_id
   and s.shard_index = held.shard_index;
