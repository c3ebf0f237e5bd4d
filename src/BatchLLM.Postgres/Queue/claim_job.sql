-- SKIP LOCKED: workers that ask at the same time get different jobs to plan, and none waits. The candidates are seen
-- without a lock; the row that is locked is looked at again, as it is by then. Jobs to be run are not locked at all: any
-- number of workers may run one, and their shards' commits lock it many times a second. MATERIALIZED: the planner may
-- otherwise lock more rows than one.
with candidates as materialized (
  select c.id, c.alone,
         row_number() over (order by c.priority desc, c.deadline nulls last, coalesce(w.rows, 0), c.id) as place
    from batchllm.claimable_jobs c
    left join batchllm.tenant_work w on w.tenant = c.tenant
   where (cardinality(@Models) = 0 or c.model = any(@Models))
     and (@Device::text is null or @Device = (
       select split_part(coalesce(d.spec::jsonb ->> 'device', 'cpu'), ':', 1) from batchllm.jobs d where d.id = c.id))
     and c.id <> all(@Except)
), alone as materialized (
  select j.id, c.place
    from candidates c
    join batchllm.jobs j on j.id = c.id
   where c.alone
     and j.state in ('queued', 'running')
     and (j.not_before is null or j.not_before <= clock_timestamp())
   order by c.place
   limit 1
     for no key update of j skip locked
), shared as materialized (
  select id, place
    from candidates
   where not alone
   order by place
   limit 1
), chosen as materialized (
  select id, place, true as alone from alone
  union all
  select id, place, false from shared
   order by place
   limit 1
), taken as (
  update batchllm.jobs j
     set not_before = clock_timestamp() + make_interval(secs => @Seconds),
         planner = case j.state when 'queued' then @Worker end,
         plan_epoch = j.plan_epoch + (j.state = 'queued')::integer,
         -- Whose claim ran out, and who did not give it back, is taken for dead.
         plan_deaths = j.plan_deaths + (j.planner is not null)::integer
    from chosen
   where j.id = chosen.id
     and chosen.alone
  returning j.id, case when j.planner is not null then j.plan_epoch end as epoch
)
select chosen.id as JobId, taken.epoch as PlanEpoch
  from chosen
  left join taken on taken.id = chosen.id;
