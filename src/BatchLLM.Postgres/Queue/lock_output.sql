-- One planner per output at a time: each must see the job that the one before it let run there.
select pg_advisory_xact_lock(hashtextextended('batchllm.jobs.output ' || rtrim(@OutputUri, '/'), 0));
