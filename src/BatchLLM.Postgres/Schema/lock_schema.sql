-- Held until the transaction ends, so a starter that dies frees it. Not a session lock: that would be lost behind a
-- connection pooler. The number is arbitrary; locks of this kind are per database.
select pg_advisory_xact_lock(7221548120463129701);
