-- Files with a lifetime of their own go by that, and one that a batch is to read goes when the batch is over.
select id
  from batchllm.files f
 where deleted_at is null
   and expires_at is null
   and created_at < now() - make_interval(secs => @Seconds)
   and not exists (select from batchllm.batches b where b.input_file_id = f.id and b.ending is null)
 order by number
 limit @Limit;
