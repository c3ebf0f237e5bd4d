copy batchllm.shards
  -- The columns are written in this order.
  (job_id, shard_index, file_index, first_row, row_count, byte_offset, first_line, duplicate_rows)
  -- COPY, not INSERT: a large job has 100,000 shards and more. Npgsql wants the verb first, before any comment.
from stdin (format binary);
