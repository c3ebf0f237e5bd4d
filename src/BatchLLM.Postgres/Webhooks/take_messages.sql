-- SKIP LOCKED: several servers send different messages, and none waits.
with due as materialized (
  select id
    from batchllm.webhook_messages
   where due_at <= clock_timestamp()
   order by due_at
   limit @Most
     for update skip locked
)
update batchllm.webhook_messages m
   set attempts = m.attempts + 1,
       due_at = clock_timestamp() + make_interval(secs => @Seconds)
  from due, batchllm.webhooks w
 where m.id = due.id
   and w.id = m.webhook_id
returning m.id, m.webhook_id as WebhookId, w.url, w.secret, m.job_id as JobId, m.state, m.reason, m.created_at as StoppedAt, m.attempts;
