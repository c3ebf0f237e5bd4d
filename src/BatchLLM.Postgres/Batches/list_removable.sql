select id, tenant, purpose, name, uri, bytes, sha256, created_at as CreatedAt, expires_at as ExpiresAt
  from batchllm.files f
 where removed_at is null
   and (deleted_at is not null
     or expires_at <= now()
     and not exists (select from batchllm.batches b where b.input_file_id = f.id and b.ending is null))
 order by number
 limit @Limit;
