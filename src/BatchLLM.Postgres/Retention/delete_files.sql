-- Their bytes went long ago; who deletes what a page lists has gone on by now.
delete from batchllm.files
 where number in (
   select f.number
     from batchllm.files f
    where f.removed_at < now() - make_interval(secs => @Seconds)
      and not exists (select from batchllm.batches b where b.input_file_id = f.id)
      and not exists (select from batchllm.batches b where b.output_file_id = f.id)
      and not exists (select from batchllm.batches b where b.error_file_id = f.id)
    limit @Limit
      for update skip locked);
