insert into batchllm.workers (name, host, version, state, job_id, models)
values (@Name, @Host, @Version, @State, @JobId, @Models)
on conflict (name) do update
   set seen_at = clock_timestamp(),
       host = excluded.host,
       version = excluded.version,
       state = excluded.state,
       job_id = excluded.job_id,
       models = excluded.models;
