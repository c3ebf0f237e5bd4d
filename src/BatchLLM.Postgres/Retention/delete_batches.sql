-- Those that never got a job: their input was wrong, or they were cancelled before it was looked at.
delete from batchllm.batches
 where number in (
   select b.number
     from batchllm.batches b
    where b.job_id is null
      and b.ended_at < now() - make_interval(secs => @Seconds)
      and not exists (
        select
          from batchllm.files f
         where f.id in (b.output_file_id, b.error_file_id)
           and f.removed_at is null)
    limit @Limit
      for update skip locked);
