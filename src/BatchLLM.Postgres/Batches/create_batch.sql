-- Nothing comes back if the batch is there (this call made it before its answer was lost, or an earlier one with the same
-- idempotency key), and if the file is not. The file stays while this makes a batch of it.
with file as materialized (
  select id
    from batchllm.files
   where id = @InputFileId
     and tenant = @Tenant
     and purpose = 'batch'
     and deleted_at is null
     and (expires_at is null or expires_at > now())
     for share)
insert into batchllm.batches (
  id, tenant, input_file_id, endpoint, completion_window, expires_at, metadata, output_seconds, idempotency_key,
  request_sha256)
select @Id, @Tenant, id, @Endpoint, @CompletionWindow, now() + make_interval(secs => @Seconds), @Metadata, @OutputSeconds,
       @IdempotencyKey, @RequestSha256
  from file
on conflict do nothing
returning id;
