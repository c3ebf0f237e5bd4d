update batchllm.batches
   set ending = @Ending,
       ended_at = now(),
       cancelling_at = case when @Ending = 'cancelled' then coalesce(cancelling_at, now()) else cancelling_at end,
       output_file_id = @OutputFileId,
       error_file_id = @ErrorFileId
 where id = @Id
   and ending is null;
