-- Commits that took effect and are repeated because their answer was lost. The parts are compared too: another output under
-- the same lease is not the one that counts.
select s.shard_index
  from batchllm.shards s
  join unnest(@ShardIndexes, @Epochs, @PartUris, @PartSha256s) as asked (shard_index, epoch, part_uri, part_sha256)
    using (shard_index, epoch, part_uri, part_sha256)
 where s.job_id = @JobId
   and s.committed_at is not null;
