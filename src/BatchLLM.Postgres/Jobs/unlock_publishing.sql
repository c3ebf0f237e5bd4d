select pg_advisory_unlock(hashtextextended('batchllm.jobs.publish ' || @JobId, 0));
