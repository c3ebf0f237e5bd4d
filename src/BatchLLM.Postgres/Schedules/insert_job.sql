insert into batchllm.jobs (
  request, name, spec, model, output_uri, tenant, priority, schedule_id, fire_time, state, inputs, row_count, shard_count)
values (
  @Request, @Name, @Spec, @Model, @OutputUri, @Tenant, @Priority, @ScheduleId, @FireTime, 'queued', '[]', 0, 0)
returning id;
