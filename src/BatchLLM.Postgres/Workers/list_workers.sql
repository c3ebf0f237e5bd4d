select w.name, w.host, w.version, w.state, w.job_id as JobId, w.models, w.started_at as StartedAt,
       extract(epoch from greatest(clock_timestamp() - w.seen_at, interval '0'))::double precision as SilenceSeconds,
       held.shards::integer as Shards, held.rows::bigint as Rows
  from batchllm.workers w
 cross join lateral (
   select count(*) as shards, coalesce(sum(s.row_count), 0) as rows
     from batchllm.shards s
    where s.worker = w.name
      and s.leased_until is not null
      and s.leased_until > clock_timestamp()) as held
 where w.seen_at > clock_timestamp() - interval '1 day'
 order by w.name;
