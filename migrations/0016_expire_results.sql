-- Results where a user chose the place go some time after their job was over: as long as the job file says, else as the service does.
alter table batchllm.jobs
  add column keep_results interval
    constraint jobs_keep_results_check check (keep_results > interval '0'),
  add column results_removing_at timestamptz,
  add column results_removed_at timestamptz,
  add column results_note text,
  add constraint jobs_remove_what_is_published check (results_removing_at is null or receipt_sha256 is not null),
  add constraint jobs_removing_before_removed check (results_removed_at is null or results_removing_at is not null),
  add constraint jobs_note_of_removal check (results_note is null or results_removing_at is not null);

-- Results that stand, and for what they stay however old they are. A batch's go with its files. What jobs and schedules are to read
-- is asked in code, because they say it by patterns.
create view batchllm.standing_results as
select j.id, j.name, j.output_uri, j.spec, j.receipt_sha256, j.shard_count, j.finished_at, j.keep_results, j.results_removing_at,
       case
         when exists (
           select
             from batchllm.webhook_messages m
            where m.job_id = j.id
              and m.due_at is not null)
           then 'a webhook is yet to be told of the job'
         when j.state = 'completed'
           and exists (select from batchllm.schedules s where s.id = j.schedule_id)
           and not exists (
             select
               from batchllm.jobs later
              where later.schedule_id = j.schedule_id
                and later.state = 'completed'
                and later.fire_time > j.fire_time)
           then 'they are the last of its schedule that are whole, from which the next firing may take answers over'
       end as kept_for
  from batchllm.jobs j
 where j.receipt_sha256 is not null
   and j.results_removed_at is null
   and not exists (select from batchllm.batches b where b.job_id = j.id);

create index jobs_with_results on batchllm.jobs (id) where receipt_sha256 is not null and results_removed_at is null;

-- Whoever lists files asks whose are being removed, or were while it listed.
create index jobs_by_removal on batchllm.jobs (coalesce(results_removed_at, 'infinity'::timestamptz)) where results_removing_at is not null;

-- As before, and a job whose results are being removed stays until they are: nobody else knows what is left of them. It stays an hour
-- longer, for those who listed files meanwhile and ask only now whose are being removed. The last two columns say whether results stand that will go by the job's own setting, or may go by the service's.
create or replace view batchllm.removable_jobs as
select j.id, j.finished_at, greatest(j.finished_at, b.ended_at) as over_at, j.shard_count,
       case when b.number is not null then j.output_uri end as batch_uri,
       b.number is null and j.receipt_sha256 is not null and j.results_removed_at is null as has_results,
       j.keep_results is not null as expires_by_itself
  from batchllm.jobs j
  left join batchllm.batches b on b.job_id = j.id
 where j.finished_at is not null
   and (j.receipt_sha256 is not null or j.key is null)
   and (j.results_removing_at is null or j.results_removed_at < now() - interval '1 hour')
   and (b.number is null
     or b.ending is not null
    and not exists (
      select
        from batchllm.files f
       where f.id in (b.output_file_id, b.error_file_id)
         and f.removed_at is null))
   and not (j.state = 'completed'
    and exists (select from batchllm.schedules s where s.id = j.schedule_id)
    and not exists (
      select
        from batchllm.jobs later
       where later.schedule_id = j.schedule_id
         and later.state = 'completed'
         and later.fire_time > j.fire_time))
   and not exists (
     select
       from batchllm.schedule_firings f
      where f.job_id = j.id
        and not exists (
          select
            from batchllm.schedule_firings newer
           where newer.schedule_id = f.schedule_id
             and newer.fire_time > f.fire_time))
   and not exists (
     select
       from batchllm.webhook_messages m
      where m.job_id = j.id
        and m.due_at is not null);
