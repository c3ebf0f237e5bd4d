select count(*) as Jobs, coalesce(sum(shard_count), 0)::bigint as Shards, count(batch_uri) as Batches
  from batchllm.removable_jobs
 where over_at < now() - make_interval(secs => @Seconds)
   and not (has_results and (expires_by_itself or @ResultsExpire));
