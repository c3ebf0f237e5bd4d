-- COPY, not INSERT: 100,000 shards take less than a second. The columns are written in this order.
copy batchllm.shards
  (job_id, shard_index, file_index, first_row, row_count, byte_offset, first_line, duplicate_rows)
from stdin (format binary);
