-- False while results are removed from there. Any number may let jobs run there; who removes results waits for them, and then sees
-- their jobs.
select pg_try_advisory_xact_lock_shared(hashtextextended('batchllm.jobs.removal ' || rtrim(@OutputUri, '/'), 0));
