-- One creator per key at a time. The unique index alone would not do: a completed run counts as well, and a creator
-- that copies its shards for a second must not fail at the end.
select pg_advisory_xact_lock(hashtextextended('batchllm.jobs.key ' || @Key, 0));
