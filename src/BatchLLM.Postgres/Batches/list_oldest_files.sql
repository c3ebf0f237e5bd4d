select id, tenant, purpose, name, uri, bytes, sha256, created_at as CreatedAt, expires_at as ExpiresAt
  from batchllm.files
 where (@Tenant::text is null or tenant = @Tenant)
   and (@Purpose::text is null or purpose = @Purpose)
   and (@Number::bigint is null or number > @Number)
   and deleted_at is null
   and (expires_at is null or expires_at > now())
 order by number
 limit @Limit;
