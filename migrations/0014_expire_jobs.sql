-- Jobs that are over and that nothing refers to: each may be removed once it is old enough.
create view batchllm.removable_jobs as
select j.id, j.finished_at, greatest(j.finished_at, b.ended_at) as over_at, j.shard_count,
       case when b.number is not null then j.output_uri end as batch_uri
  from batchllm.jobs j
  left join batchllm.batches b on b.job_id = j.id
 where j.finished_at is not null
   -- What was planned and cancelled is yet to be published.
   and (j.receipt_sha256 is not null or j.key is null)
   -- A batch goes with its job, when it is over and what it ended with is gone.
   and (b.number is null
     or b.ending is not null
    and not exists (
      select
        from batchllm.files f
       where f.id in (b.output_file_id, b.error_file_id)
         and f.removed_at is null))
   -- The next firing takes answers over from the last job that completed.
   and not (j.state = 'completed'
    and exists (select from batchllm.schedules s where s.id = j.schedule_id)
    and not exists (
      select
        from batchllm.jobs later
       where later.schedule_id = j.schedule_id
         and later.state = 'completed'
         and later.fire_time > j.fire_time))
   -- Who recovers after a crash must find that the newest firing was dealt with.
   and not exists (
     select
       from batchllm.schedule_firings f
      where f.job_id = j.id
        and not exists (
          select
            from batchllm.schedule_firings newer
           where newer.schedule_id = f.schedule_id
             and newer.fire_time > f.fire_time))
   -- Somebody is to be told of it.
   and not exists (
     select
       from batchllm.webhook_messages m
      where m.job_id = j.id
        and m.due_at is not null);

create index firings_by_job on batchllm.schedule_firings (job_id) where job_id is not null;

-- Whether a batch refers to a file, for the rows of files that are gone.
create index batches_by_input_file on batchllm.batches (input_file_id);
create index batches_by_output_file on batchllm.batches (output_file_id) where output_file_id is not null;
create index batches_by_error_file on batchllm.batches (error_file_id) where error_file_id is not null;
