with named as (
  select name from batchllm.tenants
  union
  select tenant from batchllm.api_keys
  union
  select distinct tenant from batchllm.jobs
), live as (
  select tenant,
         count(*) filter (where state = 'queued') as queued,
         count(*) filter (where state = 'running') as running,
         count(*) filter (where state = 'paused') as paused
    from batchllm.jobs
   where state in ('queued', 'running', 'paused')
   group by tenant
)
select n.name, t.most_leased_shards as MostLeasedShards, coalesce(w.shards, 0) as LeasedShards,
       coalesce(l.queued, 0)::integer as Queued, coalesce(l.running, 0)::integer as Running, coalesce(l.paused, 0)::integer as Paused
  from named n
  left join batchllm.tenants t on t.name = n.name
  left join batchllm.tenant_work w on w.tenant = n.name
  left join live l on l.tenant = n.name
 order by n.name;
