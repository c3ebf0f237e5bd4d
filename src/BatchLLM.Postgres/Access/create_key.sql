-- Nobody has the same token twice: a digest that is there already is this call's own, whose answer was lost.
insert into batchllm.api_keys (tenant, role, name, digest, expires_at)
values (@Tenant, @Role, @Name, @Digest, now() + make_interval(secs => @Seconds))
on conflict (digest) do update
   set name = excluded.name
returning id, tenant, role, name, created_at as CreatedAt, expires_at as ExpiresAt, revoked_at as RevokedAt,
          last_used_at as LastUsedAt, revoked_at is null as IsUsable;
