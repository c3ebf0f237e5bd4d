update batchllm.files
   set deleted_at = now()
 where id = @Id;
