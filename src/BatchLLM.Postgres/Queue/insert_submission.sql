-- Nothing comes back if the job is there: this call made it before its answer was lost, or an earlier one with the same
-- idempotency key. One that is being made at this moment is waited for.
insert into batchllm.jobs (
  request, name, spec, model, output_uri, tenant, priority, deadline, idempotency_key, request_sha256, state, inputs,
  row_count, shard_count)
values (
  @Request, @Name, @Spec, @Model, @OutputUri, @Tenant, @Priority, @Deadline, @IdempotencyKey, @RequestSha256, 'queued', '[]',
  0, 0)
on conflict do nothing
returning id;
