-- To a minute: a write for each request would be most of what a request costs.
update batchllm.api_keys
   set last_used_at = now()
 where digest = @Digest
   and (last_used_at is null or last_used_at < now() - interval '1 minute');
