update batchllm.schedules
   set is_paused = @IsPaused,
       revision = revision + 1,
       updated_at = clock_timestamp()
 where id = @Id
   and is_paused <> @IsPaused;
