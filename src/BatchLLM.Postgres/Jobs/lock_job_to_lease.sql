-- Shared: leases of one job do not wait for each other, but none is given while the job is paused or cancelled, or before its
-- canary is approved. A job that has nothing to lease is not locked: that would wait for the device, at the end of each job and
-- each time that a worker asks again.
select j.tenant,
       coalesce(j.run_until <= clock_timestamp() and j.committed_shards + j.skipped_shards < j.shard_count, false) as IsOverdue,
       j.retries > 0 as IsRetry,
       (select t.most_leased_shards from batchllm.tenants t where t.name = j.tenant) as MostLeasedShards
  from batchllm.jobs j
 where j.id = @JobId
   and j.state = 'running'
   and (j.canary_rows is null or j.approved_at is not null)
   and j.committed_shards + j.skipped_shards < j.shard_count
   and (j.run_until <= clock_timestamp() or exists (
     select
       from batchllm.shards s
      where s.job_id = j.id
        and s.committed_at is null
        and (s.former is not null or j.retries = 0)
        and (s.leased_until is null or s.leased_until <= clock_timestamp() or s.lease_request = @Request)))
   for share of j;
