-- The first who is done says when. What was noted before stands: whoever goes on after a crash finds less than there was.
update batchllm.jobs
   set results_removed_at = clock_timestamp(),
       results_note = coalesce(results_note, @Note)
 where id = @Id
   and results_removing_at is not null
   and results_removed_at is null;
