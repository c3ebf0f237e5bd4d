-- A shard's tokens are spread evenly over the time from its lease to its commit: by commits alone, a window whose shards end
-- together would be a pause and then a spike. A shard of a version that kept no time of leases counts when it was committed.
select slot.number as Index,
       round(sum(shard.prompt_tokens * share.part))::bigint as PromptTokens,
       round(sum(shard.completion_tokens * share.part))::bigint as CompletionTokens,
       round(sum(shard.row_count * share.part))::bigint as Rows
  from (
    select s.prompt_tokens, s.completion_tokens, s.row_count,
           extract(epoch from greatest(coalesce(s.leased_at, s.committed_at), j.planned_at) - j.planned_at)::float8
             / @Seconds as begun,
           extract(epoch from greatest(s.committed_at, j.planned_at) - j.planned_at)::float8 / @Seconds as ended
      from batchllm.shards s
      join batchllm.jobs j on j.id = s.job_id
     where s.job_id = @JobId
       and s.committed_at is not null) as shard
 cross join lateral generate_series(floor(shard.begun)::integer, floor(shard.ended)::integer) as slot (number)
 cross join lateral (
    select case
             when shard.ended > shard.begun
             then (least(shard.ended, slot.number + 1) - greatest(shard.begun, slot.number)) / (shard.ended - shard.begun)
             else 1
           end as part) as share
 group by slot.number
 order by slot.number;
