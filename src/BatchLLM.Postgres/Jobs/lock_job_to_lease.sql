-- Shared: leases of one job do not wait for each other, but none is given while the job is paused or cancelled, or before its
-- canary is approved.
select j.tenant,
       coalesce(j.run_until <= clock_timestamp() and j.committed_shards + j.skipped_shards < j.shard_count, false) as IsOverdue,
       j.retries > 0 as IsRetry,
       (select t.most_leased_shards from batchllm.tenants t where t.name = j.tenant) as MostLeasedShards
  from batchllm.jobs j
 where j.id = @JobId
   and j.state = 'running'
   and (j.canary_rows is null or j.approved_at is not null)
   for share of j;
