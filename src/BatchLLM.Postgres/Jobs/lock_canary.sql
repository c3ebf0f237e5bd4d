-- One process per job runs its canary. It holds the lock for as long as its connection lives, so that nobody waits for a dead one.
-- Another lock than the publishers': who cancels the job publishes it, and must not wait for the canary.
select pg_advisory_lock(hashtextextended('batchllm.jobs.canary ' || @JobId, 0));
