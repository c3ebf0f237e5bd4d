select w.id, w.tenant, w.url, w.created_at as CreatedAt, w.removed_at as RemovedAt, coalesce(m.waiting, 0) as Waiting,
       last.status as LastStatus
  from batchllm.webhooks w
  left join (
    select webhook_id, count(*) as waiting
      from batchllm.webhook_messages
     where due_at is not null
     group by webhook_id) m on m.webhook_id = w.id
  left join lateral (
    select status
      from batchllm.webhook_messages
     where webhook_id = w.id
       and attempts > 0
     order by created_at desc
     limit 1) last on true
 order by w.id;
