update batchllm.batches
   set ending = 'failed',
       ended_at = now(),
       faults = @Faults::jsonb
 where id = @Id
   and ending is null;
