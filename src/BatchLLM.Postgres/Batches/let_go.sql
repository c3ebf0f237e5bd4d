update batchllm.batches
   set held_until = null
 where id = @Id;
