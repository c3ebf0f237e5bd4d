-- Deleted ones too: their rows stay for this.
select number
  from batchllm.files
 where id = @After
   and (@Tenant::text is null or tenant = @Tenant);
