-- Held while results are removed from an output, for as long as its connection lives: who would let a job run there finds it held,
-- and who removes results there too waits.
select pg_advisory_lock(hashtextextended('batchllm.jobs.removal ' || rtrim(@OutputUri, '/'), 0));
