insert into batchllm.webhooks (tenant, url, secret)
values (@Tenant, @Url, @Secret)
returning id, tenant, url, created_at as CreatedAt, removed_at as RemovedAt, 0::bigint as Waiting, null::integer as LastStatus;
