-- Leases of a tenant that may hold only so many wait for each other: each must see what those before it took.
select most_leased_shards
  from batchllm.tenants
 where name = @Tenant
   for no key update;
