-- The same question as BatchSteps.Of, so that nobody takes hold of a batch for which there is nothing to do.
update batchllm.batches
   set held_until = clock_timestamp() + make_interval(secs => @Seconds)
 where number in (
   select b.number
     from batchllm.batches b
     left join batchllm.jobs j on j.id = b.job_id
    where b.ending is null
      and (b.held_until is null or b.held_until <= clock_timestamp())
      and (b.job_id is null
        or b.cancelling_at is not null
        or b.expires_at <= clock_timestamp()
        or j.state in ('completed', 'cancelled', 'failed'))
    order by b.number
    limit @Most
      for update of b skip locked)
returning id;
