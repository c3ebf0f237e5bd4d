select job_id as JobId, shard_index as ShardIndex, epoch, file_index as FileIndex, first_row as FirstRow,
       row_count as RowCount, byte_offset as ByteOffset, first_line as FirstLine, duplicate_rows as DuplicateRows
  from batchllm.shards
 where job_id = @JobId
 order by shard_index;
