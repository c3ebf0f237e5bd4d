update batchllm.files
   set deleted_at = coalesce(deleted_at, now()),
       removed_at = now()
 where id = @Id;
