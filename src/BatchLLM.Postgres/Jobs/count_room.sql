-- What this call took itself, before its answer was lost, is not counted: it takes that again.
select greatest(0, @MostLeasedShards - count(*))::integer
  from batchllm.shards s
  join batchllm.jobs j on j.id = s.job_id
 where j.tenant = @Tenant
   and s.leased_until is not null
   and s.leased_until > clock_timestamp()
   and s.lease_request <> @Request;
