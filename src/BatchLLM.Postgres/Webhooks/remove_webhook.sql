update batchllm.webhooks
   set removed_at = clock_timestamp()
 where id = @Id
   and removed_at is null;
