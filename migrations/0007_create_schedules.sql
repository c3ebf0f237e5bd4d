-- Jobs that are made night after night. `paused` ones have no trigger in Quartz's tables; every change counts `revision` up, and
-- triggers carry it in their names, so that one of an earlier revision is known to be stale.
create table batchllm.schedules (
  id bigint generated always as identity primary key,
  revision bigint not null default 1 check (revision >= 1),
  created_at timestamptz not null default now(),
  -- From here on it fires: what was due before the change is not made up for.
  updated_at timestamptz not null default now(),
  -- One per call of the creator: a call repeated after a lost connection finds what it made itself.
  request uuid not null unique,
  priority integer not null default 0 check (priority between -100 and 100),
  is_paused boolean not null default false,
  tenant text not null check (tenant ~ '^[a-z0-9._-]{1,64}$'),
  name text not null check (length(name) <= 100),
  cron text not null check (length(cron) <= 250),
  time_zone text not null check (length(time_zone) <= 80),
  misfire text not null check (misfire in ('run_once', 'skip')),
  overlap text not null check (overlap in ('skip', 'queue', 'cancel_previous')),
  -- The job file as its author wrote it, placeholders and relative paths included.
  spec text not null,

  unique (tenant, name)
);

-- No foreign key: a job outlives its schedule, and whose firing it was stays true.
alter table batchllm.jobs
  add column schedule_id bigint,
  add column fire_time timestamptz,
  add constraint jobs_fired_by_schedule check ((schedule_id is null) = (fire_time is null));

-- Whatever goes wrong between servers, a firing makes one job.
create unique index jobs_one_per_firing on batchllm.jobs (schedule_id, fire_time) where schedule_id is not null;

-- What became of each firing: a job, or why there is none.
create table batchllm.schedule_firings (
  schedule_id bigint not null references batchllm.schedules (id) on delete cascade,
  -- When it was due; of one that somebody asked for, when they did.
  fire_time timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  job_id bigint,
  is_manual boolean not null,
  outcome text not null check (outcome in ('submitted', 'skipped', 'failed')),
  reason text,

  primary key (schedule_id, fire_time),
  constraint firings_submitted_has_job check ((job_id is not null) = (outcome = 'submitted')),
  constraint firings_reason_of_no_job check ((reason is not null) = (outcome <> 'submitted'))
);

-- As before, but a schedule's jobs run one after the other, whatever outputs they write.
create or replace view batchllm.claimable_jobs as
select id, tenant, priority, deadline, model, true as alone
  from batchllm.jobs j
 where state = 'queued'
   and (not_before is null or not_before <= clock_timestamp())
   -- Two jobs would mix their parts in one output: the later one waits, and is not planned in vain meanwhile.
   and not exists (
     select
       from batchllm.jobs other
      where rtrim(other.output_uri, '/') = rtrim(j.output_uri, '/')
        and other.key is not null
        and other.state in ('running', 'paused'))
   and (schedule_id is null
     or not exists (
       select
         from batchllm.jobs earlier
        where earlier.schedule_id = j.schedule_id
          and earlier.id < j.id
          and earlier.state in ('queued', 'running', 'paused')))
union all
select id, tenant, priority, deadline, model, true
  from batchllm.jobs j
 where state = 'running'
   and committed_shards = shard_count
   -- Who commits the last shard publishes; it has some seconds' start, and as long as it is seen to be alive.
   and (not_before is null or not_before <= clock_timestamp())
   and not exists (
     select
       from batchllm.workers w
      where w.job_id = j.id
        and w.seen_at > clock_timestamp() - interval '15 seconds')
union all
select id, tenant, priority, deadline, model, false
  from batchllm.jobs j
 where state = 'running'
   and committed_shards < shard_count
   and exists (
     select
       from batchllm.shards s
      where s.job_id = j.id
        and s.committed_at is null
        and (s.leased_until is null or s.leased_until <= clock_timestamp()))
   and not exists (
     select
       from batchllm.tenants t
       join batchllm.tenant_work work on work.tenant = t.name
      where t.name = j.tenant
        and work.shards >= t.most_leased_shards);

-- The rest belongs to Quartz 4.7: names and types as its PostgreSQL job store expects them, times in .NET's ticks. Its tables for a
-- history of executions are left out; schedule_firings says more.
create table batchllm.qrtz_job_details (
  sched_name text not null,
  job_name text not null,
  job_group text not null,
  description text,
  job_class_name text not null,
  is_durable boolean not null,
  is_nonconcurrent boolean not null,
  is_update_data boolean not null,
  requests_recovery boolean not null,
  job_data bytea,

  primary key (sched_name, job_name, job_group)
);

create table batchllm.qrtz_triggers (
  sched_name text not null,
  trigger_name text not null,
  trigger_group text not null,
  job_name text not null,
  job_group text not null,
  description text,
  next_fire_time bigint,
  prev_fire_time bigint,
  priority integer,
  trigger_state text not null,
  trigger_type text not null,
  start_time bigint not null,
  end_time bigint,
  calendar_name text,
  misfire_instr smallint,
  misfire_orig_fire_time bigint,
  execution_group varchar(200),
  preferred_node varchar(200),
  preferred_node_auto boolean not null default false,
  retry_policy varchar(250),
  retry_attempt integer,
  continues_trigger_name text,
  continues_trigger_group text,
  continuation_condition integer,
  overlap_policy integer,
  pause_reason varchar(250),
  paused_by varchar(200),
  paused_at bigint,
  misfire_threshold bigint,
  fixed_delay boolean,
  job_data bytea,

  primary key (sched_name, trigger_name, trigger_group),
  foreign key (sched_name, job_name, job_group) references batchllm.qrtz_job_details (sched_name, job_name, job_group)
);

create table batchllm.qrtz_simple_triggers (
  sched_name text not null,
  trigger_name text not null,
  trigger_group text not null,
  repeat_count bigint not null,
  repeat_interval bigint not null,
  times_triggered bigint not null,

  primary key (sched_name, trigger_name, trigger_group),
  foreign key (sched_name, trigger_name, trigger_group)
    references batchllm.qrtz_triggers (sched_name, trigger_name, trigger_group) on delete cascade
);

create table batchllm.qrtz_cron_triggers (
  sched_name text not null,
  trigger_name text not null,
  trigger_group text not null,
  cron_expression text not null,
  time_zone_id text,

  primary key (sched_name, trigger_name, trigger_group),
  foreign key (sched_name, trigger_name, trigger_group)
    references batchllm.qrtz_triggers (sched_name, trigger_name, trigger_group) on delete cascade
);

create table batchllm.qrtz_simprop_triggers (
  sched_name text not null,
  trigger_name text not null,
  trigger_group text not null,
  str_prop_1 text,
  str_prop_2 text,
  str_prop_3 text,
  int_prop_1 integer,
  int_prop_2 integer,
  long_prop_1 bigint,
  long_prop_2 bigint,
  dec_prop_1 numeric,
  dec_prop_2 numeric,
  bool_prop_1 boolean,
  bool_prop_2 boolean,
  time_zone_id text,

  primary key (sched_name, trigger_name, trigger_group),
  foreign key (sched_name, trigger_name, trigger_group)
    references batchllm.qrtz_triggers (sched_name, trigger_name, trigger_group) on delete cascade
);

create table batchllm.qrtz_blob_triggers (
  sched_name text not null,
  trigger_name text not null,
  trigger_group text not null,
  blob_data bytea,

  primary key (sched_name, trigger_name, trigger_group),
  foreign key (sched_name, trigger_name, trigger_group)
    references batchllm.qrtz_triggers (sched_name, trigger_name, trigger_group) on delete cascade
);

create table batchllm.qrtz_calendars (
  sched_name text not null,
  calendar_name text not null,
  calendar bytea not null,

  primary key (sched_name, calendar_name)
);

create table batchllm.qrtz_paused_trigger_grps (
  sched_name text not null,
  trigger_group text not null,
  pause_reason varchar(250),
  paused_by varchar(200),
  paused_at bigint,

  primary key (sched_name, trigger_group)
);

create table batchllm.qrtz_paused_job_grps (
  sched_name text not null,
  job_group text not null,
  pause_reason varchar(250),
  paused_by varchar(200),
  paused_at bigint,

  primary key (sched_name, job_group)
);

create table batchllm.qrtz_fired_triggers (
  sched_name text not null,
  entry_id text not null,
  trigger_name text not null,
  trigger_group text not null,
  instance_name text not null,
  fired_time bigint not null,
  sched_time bigint not null,
  priority integer not null,
  state text not null,
  job_name text,
  job_group text,
  is_nonconcurrent boolean not null,
  requests_recovery boolean,
  execution_group varchar(200),
  progress integer,
  progress_message varchar(250),
  interrupt_requested_time bigint,

  primary key (sched_name, entry_id)
);

create table batchllm.qrtz_scheduler_state (
  sched_name text not null,
  instance_name text not null,
  last_checkin_time bigint not null,
  checkin_interval bigint not null,
  quartz_version varchar(20),

  primary key (sched_name, instance_name)
);

create table batchllm.qrtz_locks (
  sched_name text not null,
  lock_name text not null,

  primary key (sched_name, lock_name)
);

create index qrtz_jobs_by_group on batchllm.qrtz_job_details (sched_name, job_group, job_name);
create index qrtz_triggers_by_job on batchllm.qrtz_triggers (sched_name, job_name, job_group);
create index qrtz_triggers_by_group on batchllm.qrtz_triggers (sched_name, trigger_group, trigger_name);
create index qrtz_triggers_by_calendar on batchllm.qrtz_triggers (sched_name, calendar_name);
create index qrtz_triggers_due on batchllm.qrtz_triggers (
  sched_name, trigger_state, next_fire_time, priority desc, misfire_instr);
create index qrtz_fired_by_instance on batchllm.qrtz_fired_triggers (sched_name, instance_name, requests_recovery);
create index qrtz_fired_by_job on batchllm.qrtz_fired_triggers (sched_name, job_name, job_group);
create index qrtz_fired_by_trigger on batchllm.qrtz_fired_triggers (sched_name, trigger_group, trigger_name);
