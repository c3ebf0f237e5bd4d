-- Its firings one at a time: each must see what was recorded of it before.
select tenant
  from batchllm.schedules
 where id = @ScheduleId
   for update;
