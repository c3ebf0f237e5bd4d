select exists (
  select
    from batchllm.jobs mine
    join batchllm.claimable_jobs c on c.id <> mine.id
   where mine.id = @JobId
     and (cardinality(@Models) = 0 or c.model = any(@Models))
     and (@Device::text is null or @Device = (
       select split_part(coalesce(d.spec::jsonb ->> 'device', 'cpu'), ':', 1) from batchllm.jobs d where d.id = c.id))
     and c.id <> all(@Except)
     and (c.priority > mine.priority
       or @TurnIsOver
         and c.priority = mine.priority
         and coalesce(c.deadline, 'infinity') <= coalesce(mine.deadline, 'infinity')
         and c.tenant <> mine.tenant
         and not exists (select from batchllm.tenant_work w where w.tenant = c.tenant))
);
