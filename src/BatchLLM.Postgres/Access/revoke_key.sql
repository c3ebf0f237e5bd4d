update batchllm.api_keys
   set revoked_at = coalesce(revoked_at, now())
 where id = @Id;
