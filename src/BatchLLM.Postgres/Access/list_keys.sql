select id, tenant, role, name, created_at as CreatedAt, expires_at as ExpiresAt, revoked_at as RevokedAt,
       last_used_at as LastUsedAt, revoked_at is null and (expires_at is null or expires_at > now()) as IsUsable
  from batchllm.api_keys
 order by id desc;
