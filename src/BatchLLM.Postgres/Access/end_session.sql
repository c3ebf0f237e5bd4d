delete from batchllm.sessions
 where digest = @Digest;
