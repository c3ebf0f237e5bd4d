select k.id, k.tenant, k.role, k.name, k.created_at as CreatedAt, k.expires_at as ExpiresAt, k.revoked_at as RevokedAt,
       k.last_used_at as LastUsedAt, true as IsUsable
  from batchllm.sessions s
  join batchllm.api_keys k on k.id = s.key_id
 where s.digest = @Digest
   and s.expires_at > now()
   and k.revoked_at is null
   and (k.expires_at is null or k.expires_at > now());
