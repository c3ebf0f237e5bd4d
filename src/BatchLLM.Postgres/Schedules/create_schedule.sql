-- Nothing comes back if the name is taken, perhaps by this call itself before its answer was lost.
insert into batchllm.schedules (request, tenant, name, cron, time_zone, misfire, overlap, priority, spec)
values (@Request, @Tenant, @Name, @Cron, @TimeZone, @Misfire, @Overlap, @Priority, @Spec)
on conflict do nothing
returning id, revision, tenant, name, cron, time_zone as TimeZone, misfire, overlap, priority, is_paused as IsPaused,
       spec as SpecJson, created_at as CreatedAt, updated_at as UpdatedAt;
