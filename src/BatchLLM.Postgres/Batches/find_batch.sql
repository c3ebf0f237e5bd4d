select id, tenant, input_file_id as InputFileId, endpoint, completion_window as CompletionWindow, metadata,
       output_seconds as OutputSeconds, request_sha256 as RequestSha256, created_at as CreatedAt, expires_at as ExpiresAt,
       in_progress_at as InProgressAt, cancelling_at as CancellingAt, ending, ended_at as EndedAt, faults, model,
       request_count as RequestCount, output_file_id as OutputFileId, error_file_id as ErrorFileId, job_id as JobId,
       job_state as JobState, job_reason as JobReason, job_finished_at as JobFinishedAt, ok, truncated, failed,
       prompt_tokens as PromptTokens, shared_prompt_tokens as SharedPromptTokens,
       completion_tokens as CompletionTokens, read_at as ReadAt
  from batchllm.batch_jobs
 where id = @Id;
