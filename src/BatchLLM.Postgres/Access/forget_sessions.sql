delete from batchllm.sessions
 where expires_at < now();
