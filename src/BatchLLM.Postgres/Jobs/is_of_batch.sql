-- The files that a client of the OpenAI API got of a batch never change, so its job does not either.
select exists (select from batchllm.batches where job_id = @JobId);
