select id
  from batchllm.batches
 where id = @Id
    or (tenant = @Tenant and idempotency_key = @IdempotencyKey)
 order by id = @Id desc
 limit 1;
