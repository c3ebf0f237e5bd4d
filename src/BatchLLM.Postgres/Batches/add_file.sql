-- Nobody has the same id twice: one that is there already is this call's own, whose answer was lost.
insert into batchllm.files (id, tenant, purpose, name, uri, bytes, sha256, expires_at)
values (@Id, @Tenant, @Purpose, @Name, @Uri, @Bytes, @Sha256, now() + make_interval(secs => @Seconds))
on conflict (id) do update
   set name = excluded.name
returning id, tenant, purpose, name, uri, bytes, sha256, created_at as CreatedAt, expires_at as ExpiresAt;
