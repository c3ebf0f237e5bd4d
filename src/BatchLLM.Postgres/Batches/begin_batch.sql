-- One that was cancelled meanwhile gets its job all the same: who stops the batch must find it.
update batchllm.batches
   set job_id = @JobId,
       model = @Model,
       request_count = @RequestCount,
       in_progress_at = now()
 where id = @Id
   and job_id is null
   and ending is null;
