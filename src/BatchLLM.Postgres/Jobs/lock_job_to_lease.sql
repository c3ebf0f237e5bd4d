-- Shared: leases of one job do not wait for each other, but none is given while the job is paused or cancelled.
select j.tenant,
       coalesce(j.run_until <= clock_timestamp() and j.committed_shards + j.skipped_shards < j.shard_count, false) as IsOverdue,
       j.retries > 0 as IsRetry,
       (select t.most_leased_shards from batchllm.tenants t where t.name = j.tenant) as MostLeasedShards
  from batchllm.jobs j
 where j.id = @JobId
   and j.state = 'running'
   for share of j;
