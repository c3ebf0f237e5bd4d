-- What was due before a schedule was changed or resumed is not made up for, nor what was due before its last firing by the clock.
-- A day less, because the schedule's clocks may be behind these.
select s.name, s.spec as SpecJson,
       date_trunc('day', greatest(
         s.updated_at,
         (select max(f.fire_time) from batchllm.schedule_firings f where f.schedule_id = s.id and not f.is_manual)
       ) at time zone 'UTC') - interval '1 day' as Earliest
  from batchllm.schedules s
 order by s.id;
