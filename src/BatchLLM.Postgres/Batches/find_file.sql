select id, tenant, purpose, name, uri, bytes, sha256, created_at as CreatedAt, expires_at as ExpiresAt
  from batchllm.files
 where id = @Id
   and deleted_at is null
   and (expires_at is null or expires_at > now());
