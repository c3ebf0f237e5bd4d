-- The run that a creator gets instead of a new one. Its own (an earlier attempt whose answer was lost) comes first, in
-- whatever state it is by now.
select id as JobId, request = @Request as Created
  from batchllm.jobs
 where key = @Key
   and (request = @Request
     or state in ('running', 'paused')
     or (state = 'completed' and results_removing_at is null and not @Again))
 order by request = @Request desc, id desc
 limit 1;
