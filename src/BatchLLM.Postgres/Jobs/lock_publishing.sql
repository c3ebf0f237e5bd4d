-- One publisher per job at a time. It holds the lock for as long as its connection lives: moving ten thousand files is no
-- work for a transaction, and a publisher that died must make nobody wait.
select pg_advisory_lock(hashtextextended('batchllm.jobs.publish ' || @JobId, 0));
