-- True for a commit that took effect and is repeated because its answer was lost. The part is compared too: another
-- output under the same lease is not the one that counts.
select exists (
  select
    from batchllm.shards
   where job_id = @JobId
     and shard_index = @ShardIndex
     and epoch = @Epoch
     and committed_at is not null
     and part_uri = @PartUri
     and part_sha256 = @PartSha256
);
