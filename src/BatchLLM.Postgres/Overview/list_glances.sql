-- The order is the index jobs_by_rank's. Commits and leases only of what runs, and of jobs that are looked at alone.
select j.id, j.name, j.tenant, j.model, j.state, j.reason, case when j.state = 'queued' then j.trouble end as Trouble,
       j.priority, j.deadline, j.created_at as CreatedAt, j.planned_at as PlannedAt, j.resumed_at as ResumedAt,
       j.finished_at as FinishedAt, j.row_count as Rows, j.ok, j.truncated, j.failed, j.prompt_tokens as PromptTokens,
       j.completion_tokens as CompletionTokens, j.shared_prompt_tokens as SharedPromptTokens,
       j.copied_rows as CopiedRows, j.shard_count as Shards, j.committed_shards as CommittedShards,
       clock_timestamp() as SeenAt, j.receipt_sha256 as ReceiptSha256,
       j.results_removing_at as ResultsRemovingAt, j.results_removed_at as ResultsRemovedAt, j.results_note as ResultsNote,
       j.retries, j.retry_error as RetryError, j.canary_rows as CanaryRows, j.canary::text as Canary,
       j.state = 'paused' and j.canary is not null and j.approved_at is null as WaitsForApproval, held.rows as HeldRows, held.workers as Workers,
       newest.leased_at as LeasedAt, newest.at as CommitAt, newest.rows as CommitRows, newest.tokens as CommitTokens,
       newest.shards as CommitShards
  from (
    select *, case state when 'running' then 0 when 'paused' then 1 when 'queued' then 2 else 3 end as rank
      from batchllm.jobs
     where (@Ids::bigint[] is null or id = any(@Ids))
       and (@Tenant::text is null or tenant = @Tenant)
       and (@State::text is null or state = @State)
       and (@Text::text is null or position(lower(@Text) in lower(name)) > 0 or id::text = @Text)
       and (@Rank::integer is null
            or (case state when 'running' then 0 when 'paused' then 1 when 'queued' then 2 else 3 end, -id)
               > (@Rank, -@AfterId::bigint))
     order by case state when 'running' then 0 when 'paused' then 1 when 'queued' then 2 else 3 end, -id
     limit @Limit) as j
  left join lateral (
    select sum(s.row_count)::bigint as rows, count(distinct s.worker)::integer as workers
      from batchllm.shards s
     where s.job_id = j.id
       and s.leased_until is not null
       and s.leased_until > clock_timestamp()) as held on j.state = 'running'
  left join lateral (
    select array_agg(w.leased_at order by w.at desc) as leased_at, array_agg(w.at order by w.at desc) as at,
           array_agg(w.rows order by w.at desc) as rows, array_agg(w.tokens order by w.at desc) as tokens,
           array_agg(w.shards order by w.at desc) as shards
      from (select coalesce(c.leased_at, c.committed_at) as leased_at, max(c.committed_at) as at,
                   sum(c.row_count)::bigint as rows, sum(c.prompt_tokens + c.completion_tokens)::bigint as tokens,
                   count(*)::integer as shards
              from (select leased_at, committed_at, row_count, prompt_tokens, completion_tokens
                      from batchllm.shards
                     where job_id = j.id
                       and committed_at is not null
                     order by committed_at desc
                     limit @Commits) as c
             group by coalesce(c.leased_at, c.committed_at)) as w) as newest on j.state = 'running' or @Ids is not null
 order by j.rank, -j.id;
