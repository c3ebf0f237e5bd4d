update batchllm.schedules
   set name = @Name,
       cron = @Cron,
       time_zone = @TimeZone,
       misfire = @Misfire,
       overlap = @Overlap,
       priority = @Priority,
       spec = @Spec,
       is_paused = coalesce(@IsPaused, is_paused),
       revision = revision + 1,
       updated_at = clock_timestamp()
 where id = @Id
   and (@Revision::bigint is null or revision = @Revision)
returning id, revision, tenant, name, cron, time_zone as TimeZone, misfire, overlap, priority, is_paused as IsPaused,
       spec as SpecJson, created_at as CreatedAt, updated_at as UpdatedAt;
