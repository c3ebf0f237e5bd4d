select id, revision, tenant, name, cron, time_zone as TimeZone, misfire, overlap, priority, is_paused as IsPaused,
       spec as SpecJson, created_at as CreatedAt, updated_at as UpdatedAt
  from batchllm.schedules
 where @Tenant::text is null or tenant = @Tenant
 order by name, id;
