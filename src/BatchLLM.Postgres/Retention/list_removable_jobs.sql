select id, batch_uri as BatchUri
  from batchllm.removable_jobs
 where finished_at < now() - make_interval(secs => @Seconds)
   and over_at < now() - make_interval(secs => @Seconds)
   and not (has_results and (expires_by_itself or @ResultsExpire))
   and id <> all(@Except)
 order by finished_at
 limit @Limit;
