insert into batchllm.schema_migrations (name, sha256)
values (@Name, @Sha256);
