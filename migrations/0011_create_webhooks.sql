-- Where a tenant wants to hear that a job of it stopped.
create table batchllm.webhooks (
  id bigint generated always as identity primary key,
  created_at timestamptz not null default now(),
  -- Not used any more: removed by hand, or its receiver answered that it is gone.
  removed_at timestamptz,
  tenant text not null check (tenant ~ '^[a-z0-9._-]{1,64}$'),
  url text not null check (length(url) <= 2048),
  -- As it is, not a digest: messages are signed with it.
  secret bytea not null check (length(secret) between 24 and 64)
);

create table batchllm.webhook_messages (
  id uuid primary key default gen_random_uuid(),
  webhook_id bigint not null references batchllm.webhooks (id),
  job_id bigint not null references batchllm.jobs (id) on delete cascade,
  created_at timestamptz not null default clock_timestamp(),
  -- Nobody sends it before. Null once it was delivered, or given up.
  due_at timestamptz default clock_timestamp(),
  delivered_at timestamptz,
  attempts integer not null default 0 check (attempts >= 0),
  -- Of the last answer; null if there was none.
  status integer,
  -- What the job was then, whatever it is by now.
  state text not null check (state in ('paused', 'completed', 'cancelled', 'failed')),
  reason text
);

create index webhook_messages_due on batchllm.webhook_messages (due_at) where due_at is not null;
create index webhook_messages_by_job on batchllm.webhook_messages (job_id);

-- In the transaction that stops the job, whoever does that: no message without the change, and no change without.
create function batchllm.announce_stop() returns trigger language plpgsql as $$
begin
  insert into batchllm.webhook_messages (webhook_id, job_id, state, reason)
  select id, new.id, new.state, new.reason
    from batchllm.webhooks
   where tenant = new.tenant
     and removed_at is null;
  return null;
end
$$;

create trigger jobs_announce_stop after update of state on batchllm.jobs
  for each row
  when (old.state is distinct from new.state and new.state in ('paused', 'completed', 'cancelled', 'failed'))
  execute function batchllm.announce_stop();
