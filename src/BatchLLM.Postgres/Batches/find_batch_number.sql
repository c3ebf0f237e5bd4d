select number
  from batchllm.batches
 where id = @After
   and (@Tenant::text is null or tenant = @Tenant);
