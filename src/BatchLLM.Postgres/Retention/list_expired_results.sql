-- What was begun goes on whatever is set now. Without @Seconds only jobs that say themselves how long theirs are kept.
select id, name, output_uri as OutputUri, spec as SpecJson, receipt_sha256 as ReceiptSha256, shard_count as ShardCount,
       results_removing_at is not null as IsBegun, kept_for as KeptFor
  from batchllm.standing_results
 where id > @After
   and (results_removing_at is not null
     or finished_at < now() - coalesce(keep_results, make_interval(secs => @Seconds::double precision)))
 order by id
 limit @Limit;
