-- Not a migration, because it makes the table that records them. Runs in each start, so each part must be repeatable.
-- Creating a schema asks for the right to do so even where it is there: the question comes first.
do $$
begin
  if to_regnamespace('batchllm') is null then
    create schema batchllm;
  end if;
  if to_regclass('batchllm.schema_migrations') is null then
    create table batchllm.schema_migrations (
      name text primary key,
      sha256 text not null,
      applied_at timestamptz not null default now()
    );
  end if;
end
$$;
