-- The newest is the one that holds: the machine may have changed since the former.
insert into batchllm.preflights (key, report)
values (@Key, @Report::jsonb)
on conflict (key) do update
   set report = excluded.report,
       created_at = excluded.created_at;
