-- The first who is done says how it went.
update batchllm.jobs
   set results_removed_at = clock_timestamp(),
       results_note = @Note
 where id = @Id
   and results_removing_at is not null
   and results_removed_at is null;
