select id as JobId, request = @Request as Created, request_sha256 as RequestSha256
  from batchllm.jobs
 where request = @Request
    or (tenant = @Tenant and idempotency_key = @IdempotencyKey)
 order by request = @Request desc
 limit 1;
