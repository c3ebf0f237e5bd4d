select name, sha256
  from batchllm.schema_migrations
 order by name;
