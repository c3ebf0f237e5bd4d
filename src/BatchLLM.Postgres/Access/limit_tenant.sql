insert into batchllm.tenants (name, most_leased_shards)
values (@Tenant, @MostLeasedShards)
on conflict (name) do update
   set most_leased_shards = excluded.most_leased_shards;
