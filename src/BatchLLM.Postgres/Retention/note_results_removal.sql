update batchllm.jobs
   set results_note = @Note
 where id = @Id
   and results_removing_at is not null
   and results_removed_at is null;
