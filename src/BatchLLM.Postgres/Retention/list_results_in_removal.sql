select id, name, output_uri as OutputUri, spec as SpecJson, receipt_sha256 as ReceiptSha256, shard_count as ShardCount,
       true as IsBegun, null::text as KeptFor
  from batchllm.jobs
 where results_removing_at is not null
   and coalesce(results_removed_at, 'infinity'::timestamptz) >= @Since
 order by id;
