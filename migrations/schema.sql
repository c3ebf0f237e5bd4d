-- The schema that the migrations make. Written by ops/dump-schema.sh; a test compares.
CREATE SCHEMA batchllm;
CREATE FUNCTION batchllm.announce_stop() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into batchllm.webhook_messages (webhook_id, job_id, state, reason)
  select id, new.id, new.state, new.reason
    from batchllm.webhooks
   where tenant = new.tenant
     and removed_at is null;
  return null;
end
$$;
CREATE TABLE batchllm.api_keys (
    id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    tenant text NOT NULL,
    role text NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    CONSTRAINT api_keys_check CHECK ((expires_at > created_at)),
    CONSTRAINT api_keys_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT api_keys_name_check CHECK ((length(name) <= 100)),
    CONSTRAINT api_keys_role_check CHECK ((role = ANY (ARRAY['read'::text, 'submit'::text, 'admin'::text]))),
    CONSTRAINT api_keys_tenant_check CHECK ((tenant ~ '^[a-z0-9._-]{1,64}$'::text))
);
ALTER TABLE batchllm.api_keys ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batchllm.api_keys_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE batchllm.batches (
    number bigint NOT NULL,
    job_id bigint,
    request_count bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    in_progress_at timestamp with time zone,
    cancelling_at timestamp with time zone,
    ended_at timestamp with time zone,
    held_until timestamp with time zone,
    output_seconds double precision,
    id text NOT NULL,
    tenant text NOT NULL,
    input_file_id text NOT NULL,
    endpoint text NOT NULL,
    completion_window text NOT NULL,
    ending text,
    model text,
    output_file_id text,
    error_file_id text,
    idempotency_key text,
    request_sha256 text,
    metadata text,
    faults jsonb,
    CONSTRAINT batches_cancelled_was_cancelling CHECK (((ending IS DISTINCT FROM 'cancelled'::text) OR (cancelling_at IS NOT NULL))),
    CONSTRAINT batches_end_at_a_time CHECK (((ending IS NULL) = (ended_at IS NULL))),
    CONSTRAINT batches_ending_check CHECK ((ending = ANY (ARRAY['completed'::text, 'failed'::text, 'expired'::text, 'cancelled'::text]))),
    CONSTRAINT batches_endpoint_check CHECK ((endpoint = ANY (ARRAY['/v1/chat/completions'::text, '/v1/completions'::text]))),
    CONSTRAINT batches_fail_for_a_reason CHECK (((NOT (ending IS DISTINCT FROM 'failed'::text)) = (faults IS NOT NULL))),
    CONSTRAINT batches_faults_check CHECK ((jsonb_typeof(faults) = 'array'::text)),
    CONSTRAINT batches_files_come_last CHECK (((ending IS NOT NULL) OR (num_nonnulls(output_file_id, error_file_id) = 0))),
    CONSTRAINT batches_id_check CHECK ((id ~ '^batch_[0-9A-Za-z]{24,64}$'::text)),
    CONSTRAINT batches_idempotency_has_request CHECK (((idempotency_key IS NULL) = (request_sha256 IS NULL))),
    CONSTRAINT batches_in_progress_has_job CHECK (((in_progress_at IS NULL) OR (job_id IS NOT NULL))),
    CONSTRAINT batches_job_has_requests CHECK ((num_nulls(job_id, request_count, model) = ANY (ARRAY[0, 3]))),
    CONSTRAINT batches_output_seconds_check CHECK ((output_seconds > (0)::double precision)),
    CONSTRAINT batches_request_count_check CHECK ((request_count >= 1)),
    CONSTRAINT batches_request_sha256_check CHECK ((request_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT batches_tenant_check CHECK ((tenant ~ '^[a-z0-9._-]{1,64}$'::text))
);
CREATE TABLE batchllm.jobs (
    id bigint NOT NULL,
    row_count bigint NOT NULL,
    ok bigint DEFAULT 0 NOT NULL,
    truncated bigint DEFAULT 0 NOT NULL,
    failed bigint DEFAULT 0 NOT NULL,
    prompt_tokens bigint DEFAULT 0 NOT NULL,
    completion_tokens bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    request uuid NOT NULL,
    shard_count integer NOT NULL,
    committed_shards integer DEFAULT 0 NOT NULL,
    state text DEFAULT 'running'::text NOT NULL,
    name text NOT NULL,
    key text,
    spec text NOT NULL,
    model text NOT NULL,
    output_uri text NOT NULL,
    reason text,
    receipt_sha256 text,
    inputs jsonb NOT NULL,
    shared_prompt_tokens bigint DEFAULT 0 NOT NULL,
    copied_rows bigint DEFAULT 0 NOT NULL,
    deadline timestamp with time zone,
    planned_at timestamp with time zone,
    not_before timestamp with time zone,
    priority integer DEFAULT 0 NOT NULL,
    plan_epoch integer DEFAULT 0 NOT NULL,
    plan_troubles integer DEFAULT 0 NOT NULL,
    plan_deaths integer DEFAULT 0 NOT NULL,
    tenant text DEFAULT 'default'::text NOT NULL,
    trouble text,
    planner text,
    idempotency_key text,
    request_sha256 text,
    schedule_id bigint,
    fire_time timestamp with time zone,
    reused_rows bigint DEFAULT 0 NOT NULL,
    resumed_at timestamp with time zone,
    run_until timestamp with time zone,
    time_budget interval,
    retries integer DEFAULT 0 NOT NULL,
    retry_error text,
    skipped_shards integer DEFAULT 0 NOT NULL,
    canary_rows integer,
    canary jsonb,
    approved_at timestamp with time zone,
    keep_results interval,
    results_removing_at timestamp with time zone,
    results_removed_at timestamp with time zone,
    results_note text,
    CONSTRAINT jobs_approved_has_canary CHECK (((approved_at IS NULL) OR (canary IS NOT NULL))),
    CONSTRAINT jobs_canary_check CHECK ((jsonb_typeof(canary) = 'object'::text)),
    CONSTRAINT jobs_canary_of_rows CHECK (((canary IS NULL) OR (canary_rows IS NOT NULL))),
    CONSTRAINT jobs_canary_rows_check CHECK ((canary_rows > 0)),
    CONSTRAINT jobs_check CHECK (((committed_shards >= 0) AND (committed_shards <= shard_count))),
    CONSTRAINT jobs_completed_is_complete CHECK (((state <> 'completed'::text) OR ((receipt_sha256 IS NOT NULL) AND (committed_shards = shard_count) AND (((ok + truncated) + failed) = row_count)))),
    CONSTRAINT jobs_completion_tokens_check CHECK ((completion_tokens >= 0)),
    CONSTRAINT jobs_copied_rows_check CHECK (((copied_rows >= 0) AND (copied_rows <= ((ok + truncated) + failed)))),
    CONSTRAINT jobs_failed_check CHECK ((failed >= 0)),
    CONSTRAINT jobs_finished_when_final CHECK (((finished_at IS NOT NULL) = (state = ANY (ARRAY['completed'::text, 'cancelled'::text, 'failed'::text])))),
    CONSTRAINT jobs_fired_by_schedule CHECK (((schedule_id IS NULL) = (fire_time IS NULL))),
    CONSTRAINT jobs_idempotency_has_request CHECK (((idempotency_key IS NULL) = (request_sha256 IS NULL))),
    CONSTRAINT jobs_inputs_check CHECK ((jsonb_typeof(inputs) = 'array'::text)),
    CONSTRAINT jobs_keep_results_check CHECK ((keep_results > '00:00:00'::interval)),
    CONSTRAINT jobs_note_of_removal CHECK (((results_note IS NULL) OR (results_removing_at IS NOT NULL))),
    CONSTRAINT jobs_ok_check CHECK ((ok >= 0)),
    CONSTRAINT jobs_plan_deaths_check CHECK ((plan_deaths >= 0)),
    CONSTRAINT jobs_plan_epoch_check CHECK ((plan_epoch >= 0)),
    CONSTRAINT jobs_plan_troubles_check CHECK ((plan_troubles >= 0)),
    CONSTRAINT jobs_planned_has_key CHECK (((planned_at IS NOT NULL) = (key IS NOT NULL))),
    CONSTRAINT jobs_planned_when_running CHECK (
CASE state
    WHEN 'queued'::text THEN (key IS NULL)
    WHEN 'failed'::text THEN (key IS NULL)
    WHEN 'running'::text THEN (key IS NOT NULL)
    WHEN 'completed'::text THEN (key IS NOT NULL)
    ELSE true
END),
    CONSTRAINT jobs_planner_holds_claim CHECK (((planner IS NULL) OR ((state = 'queued'::text) AND (plan_epoch > 0) AND (not_before IS NOT NULL)))),
    CONSTRAINT jobs_priority_check CHECK (((priority >= '-100'::integer) AND (priority <= 100))),
    CONSTRAINT jobs_prompt_tokens_check CHECK ((prompt_tokens >= 0)),
    CONSTRAINT jobs_reason_of_stop CHECK (((reason IS NOT NULL) = (state = ANY (ARRAY['paused'::text, 'cancelled'::text, 'failed'::text])))),
    CONSTRAINT jobs_receipt_only_when_final CHECK (((receipt_sha256 IS NULL) OR (state = ANY (ARRAY['completed'::text, 'cancelled'::text])))),
    CONSTRAINT jobs_receipt_sha256_check CHECK ((receipt_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT jobs_remove_what_is_published CHECK (((results_removing_at IS NULL) OR (receipt_sha256 IS NOT NULL))),
    CONSTRAINT jobs_removing_before_removed CHECK (((results_removed_at IS NULL) OR (results_removing_at IS NOT NULL))),
    CONSTRAINT jobs_request_sha256_check CHECK ((request_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT jobs_retries_check CHECK ((retries >= 0)),
    CONSTRAINT jobs_retry_error_of_retry CHECK (((retry_error IS NULL) OR (retries > 0))),
    CONSTRAINT jobs_reused_rows_check CHECK (((reused_rows >= 0) AND (reused_rows <= (ok + truncated)))),
    CONSTRAINT jobs_row_count_check CHECK ((row_count >= 0)),
    CONSTRAINT jobs_rows_add_up CHECK ((((ok + truncated) + failed) <= row_count)),
    CONSTRAINT jobs_shard_count_check CHECK ((shard_count >= 0)),
    CONSTRAINT jobs_shared_prompt_tokens_check CHECK (((shared_prompt_tokens >= 0) AND (shared_prompt_tokens <= prompt_tokens))),
    CONSTRAINT jobs_skipped_shards_check CHECK (((skipped_shards >= 0) AND (skipped_shards <= (shard_count - committed_shards)))),
    CONSTRAINT jobs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'paused'::text, 'completed'::text, 'cancelled'::text, 'failed'::text]))),
    CONSTRAINT jobs_tenant_check CHECK ((tenant ~ '^[a-z0-9._-]{1,64}$'::text)),
    CONSTRAINT jobs_time_budget_check CHECK ((time_budget > '00:00:00'::interval)),
    CONSTRAINT jobs_truncated_check CHECK ((truncated >= 0)),
    CONSTRAINT jobs_unplanned_is_empty CHECK (((key IS NOT NULL) OR ((row_count = 0) AND (shard_count = 0) AND (receipt_sha256 IS NULL))))
);
CREATE VIEW batchllm.batch_jobs AS
 SELECT b.number,
    b.id,
    b.tenant,
    b.input_file_id,
    b.endpoint,
    b.completion_window,
    b.metadata,
    b.output_seconds,
    b.request_sha256,
    b.created_at,
    b.expires_at,
    b.in_progress_at,
    b.cancelling_at,
    b.ending,
    b.ended_at,
    (b.faults)::text AS faults,
    b.model,
    b.request_count,
    b.output_file_id,
    b.error_file_id,
    b.job_id,
    j.state AS job_state,
    j.reason AS job_reason,
    j.finished_at AS job_finished_at,
    j.ok,
    j.truncated,
    j.failed,
    j.prompt_tokens,
    j.shared_prompt_tokens,
    j.completion_tokens,
    clock_timestamp() AS read_at
   FROM (batchllm.batches b
     LEFT JOIN batchllm.jobs j ON ((j.id = b.job_id)));
ALTER TABLE batchllm.batches ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batchllm.batches_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE batchllm.shards (
    job_id bigint NOT NULL,
    first_row bigint NOT NULL,
    row_count bigint NOT NULL,
    byte_offset bigint NOT NULL,
    first_line bigint NOT NULL,
    leased_until timestamp with time zone,
    lease_request uuid,
    committed_at timestamp with time zone,
    ok bigint,
    truncated bigint,
    failed bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    part_length bigint,
    errors_length bigint,
    shard_index integer NOT NULL,
    file_index integer NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    worker text,
    part_uri text,
    part_sha256 text,
    errors_uri text,
    errors_sha256 text,
    duplicate_rows bigint[] DEFAULT '{}'::bigint[] NOT NULL,
    shared_prompt_tokens bigint DEFAULT 0 NOT NULL,
    copied_rows bigint DEFAULT 0 NOT NULL,
    reused_rows bigint DEFAULT 0 NOT NULL,
    leased_at timestamp with time zone,
    former jsonb,
    error_counts jsonb,
    CONSTRAINT shards_byte_offset_check CHECK ((byte_offset >= 0)),
    CONSTRAINT shards_committed_has_output CHECK ((((committed_at IS NULL) AND (num_nonnulls(ok, truncated, failed, prompt_tokens, completion_tokens, part_length, part_uri, part_sha256) = 0)) OR ((committed_at IS NOT NULL) AND (epoch > 0) AND (num_nulls(ok, truncated, failed, prompt_tokens, completion_tokens, part_length, part_uri, part_sha256) = 0) AND (((ok + truncated) + failed) = row_count)))),
    CONSTRAINT shards_committed_is_not_leased CHECK (((committed_at IS NULL) OR (leased_until IS NULL))),
    CONSTRAINT shards_completion_tokens_check CHECK ((completion_tokens >= 0)),
    CONSTRAINT shards_copied_rows_check CHECK (((copied_rows >= 0) AND (copied_rows <= row_count))),
    CONSTRAINT shards_epoch_check CHECK ((epoch >= 0)),
    CONSTRAINT shards_error_counts_check CHECK ((jsonb_typeof(error_counts) = 'object'::text)),
    CONSTRAINT shards_errors_length_check CHECK ((errors_length >= 0)),
    CONSTRAINT shards_failed_check CHECK ((failed >= 0)),
    CONSTRAINT shards_failed_rows_are_written CHECK (((num_nulls(errors_uri, errors_sha256, errors_length) = 0) OR ((num_nonnulls(errors_uri, errors_sha256, errors_length) = 0) AND (COALESCE(failed, (0)::bigint) = 0)))),
    CONSTRAINT shards_file_index_check CHECK ((file_index >= 0)),
    CONSTRAINT shards_first_line_check CHECK ((first_line >= 0)),
    CONSTRAINT shards_first_row_check CHECK ((first_row >= 1)),
    CONSTRAINT shards_former_check CHECK ((jsonb_typeof(former) = 'object'::text)),
    CONSTRAINT shards_lease_has_holder CHECK (((leased_until IS NULL) OR ((epoch > 0) AND (worker IS NOT NULL) AND (lease_request IS NOT NULL)))),
    CONSTRAINT shards_ok_check CHECK ((ok >= 0)),
    CONSTRAINT shards_part_length_check CHECK ((part_length >= 0)),
    CONSTRAINT shards_prompt_tokens_check CHECK ((prompt_tokens >= 0)),
    CONSTRAINT shards_reused_rows_check CHECK (((reused_rows >= 0) AND (reused_rows <= COALESCE((ok + truncated), (0)::bigint)))),
    CONSTRAINT shards_row_count_check CHECK ((row_count >= 1)),
    CONSTRAINT shards_shard_index_check CHECK ((shard_index >= 0)),
    CONSTRAINT shards_shared_prompt_tokens_check CHECK (((shared_prompt_tokens >= 0) AND (shared_prompt_tokens <= COALESCE(prompt_tokens, (0)::bigint)))),
    CONSTRAINT shards_truncated_check CHECK ((truncated >= 0))
);
CREATE VIEW batchllm.tenant_work AS
 SELECT piece.tenant,
    (sum(piece.rows))::bigint AS rows,
    (sum(piece.shards))::integer AS shards
   FROM ( SELECT j.tenant,
            s.row_count AS rows,
            1 AS shards
           FROM (batchllm.shards s
             JOIN batchllm.jobs j ON ((j.id = s.job_id)))
          WHERE ((s.leased_until IS NOT NULL) AND (s.leased_until > clock_timestamp()))
        UNION ALL
         SELECT jobs.tenant,
            1,
            0
           FROM batchllm.jobs
          WHERE ((jobs.state = 'queued'::text) AND (jobs.planner IS NOT NULL) AND (jobs.not_before > clock_timestamp()))) piece
  GROUP BY piece.tenant;
CREATE TABLE batchllm.tenants (
    most_leased_shards integer,
    name text NOT NULL,
    CONSTRAINT tenants_most_leased_shards_check CHECK ((most_leased_shards >= 1)),
    CONSTRAINT tenants_name_check CHECK ((name ~ '^[a-z0-9._-]{1,64}$'::text))
);
CREATE TABLE batchllm.workers (
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint,
    name text NOT NULL,
    host text NOT NULL,
    version text NOT NULL,
    state text NOT NULL,
    models text[] NOT NULL,
    CONSTRAINT workers_idle_has_no_job CHECK (((state <> 'idle'::text) OR (job_id IS NULL))),
    CONSTRAINT workers_state_check CHECK ((state = ANY (ARRAY['idle'::text, 'running'::text, 'draining'::text])))
);
CREATE VIEW batchllm.claimable_jobs AS
 SELECT j.id,
    j.tenant,
    j.priority,
    j.deadline,
    j.model,
    true AS alone
   FROM batchllm.jobs j
  WHERE ((j.state = 'queued'::text) AND ((j.not_before IS NULL) OR (j.not_before <= clock_timestamp())) AND (NOT (EXISTS ( SELECT
           FROM batchllm.jobs other
          WHERE ((rtrim(other.output_uri, '/'::text) = rtrim(j.output_uri, '/'::text)) AND (other.key IS NOT NULL) AND (other.state = ANY (ARRAY['running'::text, 'paused'::text])))))) AND ((j.schedule_id IS NULL) OR (NOT (EXISTS ( SELECT
           FROM batchllm.jobs earlier
          WHERE ((earlier.schedule_id = j.schedule_id) AND (earlier.id < j.id) AND (earlier.state = ANY (ARRAY['queued'::text, 'running'::text, 'paused'::text]))))))))
UNION ALL
 SELECT j.id,
    j.tenant,
    j.priority,
    j.deadline,
    j.model,
    true AS alone
   FROM batchllm.jobs j
  WHERE ((j.state = 'running'::text) AND ((j.committed_shards + j.skipped_shards) = j.shard_count) AND ((j.not_before IS NULL) OR (j.not_before <= clock_timestamp())) AND (NOT (EXISTS ( SELECT
           FROM batchllm.workers w
          WHERE ((w.job_id = j.id) AND (w.seen_at > (clock_timestamp() - '00:00:15'::interval)))))))
UNION ALL
 SELECT j.id,
    j.tenant,
    j.priority,
    j.deadline,
    j.model,
    true AS alone
   FROM batchllm.jobs j
  WHERE ((j.state = 'running'::text) AND (j.canary_rows IS NOT NULL) AND (j.canary IS NULL) AND ((j.not_before IS NULL) OR (j.not_before <= clock_timestamp())) AND (NOT (EXISTS ( SELECT
           FROM batchllm.workers w
          WHERE ((w.job_id = j.id) AND (w.seen_at > (clock_timestamp() - '00:00:15'::interval)))))))
UNION ALL
 SELECT j.id,
    j.tenant,
    j.priority,
    j.deadline,
    j.model,
    false AS alone
   FROM batchllm.jobs j
  WHERE ((j.state = 'running'::text) AND ((j.committed_shards + j.skipped_shards) < j.shard_count) AND ((j.not_before IS NULL) OR (j.not_before <= clock_timestamp())) AND ((j.canary_rows IS NULL) OR (j.approved_at IS NOT NULL)) AND (EXISTS ( SELECT
           FROM batchllm.shards s
          WHERE ((s.job_id = j.id) AND (s.committed_at IS NULL) AND ((s.former IS NOT NULL) OR (j.retries = 0)) AND ((s.leased_until IS NULL) OR (s.leased_until <= clock_timestamp()))))) AND (NOT (EXISTS ( SELECT
           FROM (batchllm.tenants t
             JOIN batchllm.tenant_work work ON ((work.tenant = t.name)))
          WHERE ((t.name = j.tenant) AND (work.shards >= t.most_leased_shards))))));
CREATE TABLE batchllm.files (
    number bigint NOT NULL,
    bytes bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    deleted_at timestamp with time zone,
    removed_at timestamp with time zone,
    id text NOT NULL,
    tenant text NOT NULL,
    purpose text NOT NULL,
    name text NOT NULL,
    uri text NOT NULL,
    sha256 text NOT NULL,
    CONSTRAINT files_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT files_check CHECK ((expires_at > created_at)),
    CONSTRAINT files_id_check CHECK ((id ~ '^file-[0-9A-Za-z]{24,64}$'::text)),
    CONSTRAINT files_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT files_purpose_check CHECK ((purpose = ANY (ARRAY['batch'::text, 'batch_output'::text]))),
    CONSTRAINT files_removed_is_gone CHECK (((removed_at IS NULL) OR (deleted_at IS NOT NULL))),
    CONSTRAINT files_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT files_tenant_check CHECK ((tenant ~ '^[a-z0-9._-]{1,64}$'::text))
);
ALTER TABLE batchllm.files ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batchllm.files_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE batchllm.jobs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batchllm.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE batchllm.output_lengths (
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    series text NOT NULL,
    profile jsonb NOT NULL,
    CONSTRAINT output_lengths_profile_check CHECK ((jsonb_typeof(profile) = 'object'::text))
);
CREATE TABLE batchllm.preflights (
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    key text NOT NULL,
    report jsonb NOT NULL,
    CONSTRAINT preflights_report_check CHECK ((jsonb_typeof(report) = 'object'::text))
);
CREATE TABLE batchllm.qrtz_blob_triggers (
    sched_name text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    blob_data bytea
);
CREATE TABLE batchllm.qrtz_calendars (
    sched_name text NOT NULL,
    calendar_name text NOT NULL,
    calendar bytea NOT NULL
);
CREATE TABLE batchllm.qrtz_cron_triggers (
    sched_name text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    cron_expression text NOT NULL,
    time_zone_id text
);
CREATE TABLE batchllm.qrtz_fired_triggers (
    sched_name text NOT NULL,
    entry_id text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    instance_name text NOT NULL,
    fired_time bigint NOT NULL,
    sched_time bigint NOT NULL,
    priority integer NOT NULL,
    state text NOT NULL,
    job_name text,
    job_group text,
    is_nonconcurrent boolean NOT NULL,
    requests_recovery boolean,
    execution_group character varying(200),
    progress integer,
    progress_message character varying(250),
    interrupt_requested_time bigint
);
CREATE TABLE batchllm.qrtz_job_details (
    sched_name text NOT NULL,
    job_name text NOT NULL,
    job_group text NOT NULL,
    description text,
    job_class_name text NOT NULL,
    is_durable boolean NOT NULL,
    is_nonconcurrent boolean NOT NULL,
    is_update_data boolean NOT NULL,
    requests_recovery boolean NOT NULL,
    job_data bytea
);
CREATE TABLE batchllm.qrtz_locks (
    sched_name text NOT NULL,
    lock_name text NOT NULL
);
CREATE TABLE batchllm.qrtz_paused_job_grps (
    sched_name text NOT NULL,
    job_group text NOT NULL,
    pause_reason character varying(250),
    paused_by character varying(200),
    paused_at bigint
);
CREATE TABLE batchllm.qrtz_paused_trigger_grps (
    sched_name text NOT NULL,
    trigger_group text NOT NULL,
    pause_reason character varying(250),
    paused_by character varying(200),
    paused_at bigint
);
CREATE TABLE batchllm.qrtz_scheduler_state (
    sched_name text NOT NULL,
    instance_name text NOT NULL,
    last_checkin_time bigint NOT NULL,
    checkin_interval bigint NOT NULL,
    quartz_version character varying(20)
);
CREATE TABLE batchllm.qrtz_simple_triggers (
    sched_name text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    repeat_count bigint NOT NULL,
    repeat_interval bigint NOT NULL,
    times_triggered bigint NOT NULL
);
CREATE TABLE batchllm.qrtz_simprop_triggers (
    sched_name text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    str_prop_1 text,
    str_prop_2 text,
    str_prop_3 text,
    int_prop_1 integer,
    int_prop_2 integer,
    long_prop_1 bigint,
    long_prop_2 bigint,
    dec_prop_1 numeric,
    dec_prop_2 numeric,
    bool_prop_1 boolean,
    bool_prop_2 boolean,
    time_zone_id text
);
CREATE TABLE batchllm.qrtz_triggers (
    sched_name text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    job_name text NOT NULL,
    job_group text NOT NULL,
    description text,
    next_fire_time bigint,
    prev_fire_time bigint,
    priority integer,
    trigger_state text NOT NULL,
    trigger_type text NOT NULL,
    start_time bigint NOT NULL,
    end_time bigint,
    calendar_name text,
    misfire_instr smallint,
    misfire_orig_fire_time bigint,
    execution_group character varying(200),
    preferred_node character varying(200),
    preferred_node_auto boolean DEFAULT false NOT NULL,
    retry_policy character varying(250),
    retry_attempt integer,
    continues_trigger_name text,
    continues_trigger_group text,
    continuation_condition integer,
    overlap_policy integer,
    pause_reason character varying(250),
    paused_by character varying(200),
    paused_at bigint,
    misfire_threshold bigint,
    fixed_delay boolean,
    job_data bytea
);
CREATE TABLE batchllm.schedule_firings (
    schedule_id bigint NOT NULL,
    fire_time timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    job_id bigint,
    is_manual boolean NOT NULL,
    outcome text NOT NULL,
    reason text,
    CONSTRAINT firings_reason_of_no_job CHECK (((reason IS NOT NULL) = (outcome <> 'submitted'::text))),
    CONSTRAINT firings_submitted_has_job CHECK (((job_id IS NOT NULL) = (outcome = 'submitted'::text))),
    CONSTRAINT schedule_firings_outcome_check CHECK ((outcome = ANY (ARRAY['submitted'::text, 'skipped'::text, 'failed'::text])))
);
CREATE TABLE batchllm.schedules (
    id bigint NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    request uuid NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    is_paused boolean DEFAULT false NOT NULL,
    tenant text NOT NULL,
    name text NOT NULL,
    cron text NOT NULL,
    time_zone text NOT NULL,
    misfire text NOT NULL,
    overlap text NOT NULL,
    spec text NOT NULL,
    CONSTRAINT schedules_cron_check CHECK ((length(cron) <= 250)),
    CONSTRAINT schedules_misfire_check CHECK ((misfire = ANY (ARRAY['run_once'::text, 'skip'::text]))),
    CONSTRAINT schedules_name_check CHECK ((length(name) <= 100)),
    CONSTRAINT schedules_overlap_check CHECK ((overlap = ANY (ARRAY['skip'::text, 'queue'::text, 'cancel_previous'::text]))),
    CONSTRAINT schedules_priority_check CHECK (((priority >= '-100'::integer) AND (priority <= 100))),
    CONSTRAINT schedules_revision_check CHECK ((revision >= 1)),
    CONSTRAINT schedules_tenant_check CHECK ((tenant ~ '^[a-z0-9._-]{1,64}$'::text)),
    CONSTRAINT schedules_time_zone_check CHECK ((length(time_zone) <= 80))
);
CREATE TABLE batchllm.webhook_messages (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    webhook_id bigint NOT NULL,
    job_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    due_at timestamp with time zone DEFAULT clock_timestamp(),
    delivered_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    status integer,
    state text NOT NULL,
    reason text,
    CONSTRAINT webhook_messages_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT webhook_messages_state_check CHECK ((state = ANY (ARRAY['paused'::text, 'completed'::text, 'cancelled'::text, 'failed'::text])))
);
CREATE VIEW batchllm.removable_jobs AS
 SELECT j.id,
    j.finished_at,
    GREATEST(j.finished_at, b.ended_at) AS over_at,
    j.shard_count,
        CASE
            WHEN (b.number IS NOT NULL) THEN j.output_uri
            ELSE NULL::text
        END AS batch_uri,
    ((b.number IS NULL) AND (j.receipt_sha256 IS NOT NULL) AND (j.results_removed_at IS NULL)) AS has_results,
    (j.keep_results IS NOT NULL) AS expires_by_itself
   FROM (batchllm.jobs j
     LEFT JOIN batchllm.batches b ON ((b.job_id = j.id)))
  WHERE ((j.finished_at IS NOT NULL) AND ((j.receipt_sha256 IS NOT NULL) OR (j.key IS NULL)) AND ((j.results_removing_at IS NULL) OR (j.results_removed_at < (now() - '01:00:00'::interval))) AND ((b.number IS NULL) OR ((b.ending IS NOT NULL) AND (NOT (EXISTS ( SELECT
           FROM batchllm.files f
          WHERE ((f.id = ANY (ARRAY[b.output_file_id, b.error_file_id])) AND (f.removed_at IS NULL))))))) AND (NOT ((j.state = 'completed'::text) AND (EXISTS ( SELECT
           FROM batchllm.schedules s
          WHERE (s.id = j.schedule_id))) AND (NOT (EXISTS ( SELECT
           FROM batchllm.jobs later
          WHERE ((later.schedule_id = j.schedule_id) AND (later.state = 'completed'::text) AND (later.fire_time > j.fire_time))))))) AND (NOT (EXISTS ( SELECT
           FROM batchllm.schedule_firings f
          WHERE ((f.job_id = j.id) AND (NOT (EXISTS ( SELECT
                   FROM batchllm.schedule_firings newer
                  WHERE ((newer.schedule_id = f.schedule_id) AND (newer.fire_time > f.fire_time))))))))) AND (NOT (EXISTS ( SELECT
           FROM batchllm.webhook_messages m
          WHERE ((m.job_id = j.id) AND (m.due_at IS NOT NULL))))));
ALTER TABLE batchllm.schedules ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batchllm.schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE batchllm.schema_migrations (
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE batchllm.sessions (
    key_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    digest text NOT NULL,
    CONSTRAINT sessions_check CHECK ((expires_at > created_at)),
    CONSTRAINT sessions_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text))
);
CREATE VIEW batchllm.standing_results AS
 SELECT j.id,
    j.name,
    j.output_uri,
    j.spec,
    j.receipt_sha256,
    j.shard_count,
    j.finished_at,
    j.keep_results,
    j.results_removing_at,
        CASE
            WHEN (EXISTS ( SELECT
               FROM batchllm.webhook_messages m
              WHERE ((m.job_id = j.id) AND (m.due_at IS NOT NULL)))) THEN 'a webhook is yet to be told of the job'::text
            WHEN ((j.state = 'completed'::text) AND (EXISTS ( SELECT
               FROM batchllm.schedules s
              WHERE (s.id = j.schedule_id))) AND (NOT (EXISTS ( SELECT
               FROM batchllm.jobs later
              WHERE ((later.schedule_id = j.schedule_id) AND (later.state = 'completed'::text) AND (later.fire_time > j.fire_time)))))) THEN 'they are the last of its schedule that are whole, from which the next firing may take answers over'::text
            ELSE NULL::text
        END AS kept_for
   FROM batchllm.jobs j
  WHERE ((j.receipt_sha256 IS NOT NULL) AND (j.results_removed_at IS NULL) AND (NOT (EXISTS ( SELECT
           FROM batchllm.batches b
          WHERE (b.job_id = j.id)))));
CREATE TABLE batchllm.webhooks (
    id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    removed_at timestamp with time zone,
    tenant text NOT NULL,
    url text NOT NULL,
    secret bytea NOT NULL,
    CONSTRAINT webhooks_secret_check CHECK (((length(secret) >= 24) AND (length(secret) <= 64))),
    CONSTRAINT webhooks_tenant_check CHECK ((tenant ~ '^[a-z0-9._-]{1,64}$'::text)),
    CONSTRAINT webhooks_url_check CHECK ((length(url) <= 2048))
);
ALTER TABLE batchllm.webhooks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batchllm.webhooks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY batchllm.api_keys
    ADD CONSTRAINT api_keys_digest_key UNIQUE (digest);
ALTER TABLE ONLY batchllm.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY batchllm.batches
    ADD CONSTRAINT batches_id_key UNIQUE (id);
ALTER TABLE ONLY batchllm.batches
    ADD CONSTRAINT batches_job_id_key UNIQUE (job_id);
ALTER TABLE ONLY batchllm.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (number);
ALTER TABLE ONLY batchllm.files
    ADD CONSTRAINT files_id_key UNIQUE (id);
ALTER TABLE ONLY batchllm.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (number);
ALTER TABLE ONLY batchllm.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY batchllm.jobs
    ADD CONSTRAINT jobs_request_key UNIQUE (request);
ALTER TABLE ONLY batchllm.output_lengths
    ADD CONSTRAINT output_lengths_pkey PRIMARY KEY (series);
ALTER TABLE ONLY batchllm.preflights
    ADD CONSTRAINT preflights_pkey PRIMARY KEY (key);
ALTER TABLE ONLY batchllm.qrtz_blob_triggers
    ADD CONSTRAINT qrtz_blob_triggers_pkey PRIMARY KEY (sched_name, trigger_name, trigger_group);
ALTER TABLE ONLY batchllm.qrtz_calendars
    ADD CONSTRAINT qrtz_calendars_pkey PRIMARY KEY (sched_name, calendar_name);
ALTER TABLE ONLY batchllm.qrtz_cron_triggers
    ADD CONSTRAINT qrtz_cron_triggers_pkey PRIMARY KEY (sched_name, trigger_name, trigger_group);
ALTER TABLE ONLY batchllm.qrtz_fired_triggers
    ADD CONSTRAINT qrtz_fired_triggers_pkey PRIMARY KEY (sched_name, entry_id);
ALTER TABLE ONLY batchllm.qrtz_job_details
    ADD CONSTRAINT qrtz_job_details_pkey PRIMARY KEY (sched_name, job_name, job_group);
ALTER TABLE ONLY batchllm.qrtz_locks
    ADD CONSTRAINT qrtz_locks_pkey PRIMARY KEY (sched_name, lock_name);
ALTER TABLE ONLY batchllm.qrtz_paused_job_grps
    ADD CONSTRAINT qrtz_paused_job_grps_pkey PRIMARY KEY (sched_name, job_group);
ALTER TABLE ONLY batchllm.qrtz_paused_trigger_grps
    ADD CONSTRAINT qrtz_paused_trigger_grps_pkey PRIMARY KEY (sched_name, trigger_group);
ALTER TABLE ONLY batchllm.qrtz_scheduler_state
    ADD CONSTRAINT qrtz_scheduler_state_pkey PRIMARY KEY (sched_name, instance_name);
ALTER TABLE ONLY batchllm.qrtz_simple_triggers
    ADD CONSTRAINT qrtz_simple_triggers_pkey PRIMARY KEY (sched_name, trigger_name, trigger_group);
ALTER TABLE ONLY batchllm.qrtz_simprop_triggers
    ADD CONSTRAINT qrtz_simprop_triggers_pkey PRIMARY KEY (sched_name, trigger_name, trigger_group);
ALTER TABLE ONLY batchllm.qrtz_triggers
    ADD CONSTRAINT qrtz_triggers_pkey PRIMARY KEY (sched_name, trigger_name, trigger_group);
ALTER TABLE ONLY batchllm.schedule_firings
    ADD CONSTRAINT schedule_firings_pkey PRIMARY KEY (schedule_id, fire_time);
ALTER TABLE ONLY batchllm.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (id);
ALTER TABLE ONLY batchllm.schedules
    ADD CONSTRAINT schedules_request_key UNIQUE (request);
ALTER TABLE ONLY batchllm.schedules
    ADD CONSTRAINT schedules_tenant_name_key UNIQUE (tenant, name);
ALTER TABLE ONLY batchllm.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (name);
ALTER TABLE ONLY batchllm.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY batchllm.shards
    ADD CONSTRAINT shards_pkey PRIMARY KEY (job_id, shard_index);
ALTER TABLE ONLY batchllm.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (name);
ALTER TABLE ONLY batchllm.webhook_messages
    ADD CONSTRAINT webhook_messages_pkey PRIMARY KEY (id);
ALTER TABLE ONLY batchllm.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY batchllm.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (name);
CREATE INDEX batches_by_error_file ON batchllm.batches USING btree (error_file_id) WHERE (error_file_id IS NOT NULL);
CREATE INDEX batches_by_input ON batchllm.batches USING btree (input_file_id) WHERE (ending IS NULL);
CREATE INDEX batches_by_input_file ON batchllm.batches USING btree (input_file_id);
CREATE INDEX batches_by_output_file ON batchllm.batches USING btree (output_file_id) WHERE (output_file_id IS NOT NULL);
CREATE INDEX batches_by_tenant ON batchllm.batches USING btree (tenant, number);
CREATE UNIQUE INDEX batches_one_per_idempotency_key ON batchllm.batches USING btree (tenant, idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE INDEX batches_unfinished ON batchllm.batches USING btree (number) WHERE (ending IS NULL);
CREATE INDEX files_by_tenant ON batchllm.files USING btree (tenant, number) WHERE (deleted_at IS NULL);
CREATE INDEX files_to_remove ON batchllm.files USING btree (number) WHERE ((removed_at IS NULL) AND ((deleted_at IS NOT NULL) OR (expires_at IS NOT NULL)));
CREATE INDEX firings_by_job ON batchllm.schedule_firings USING btree (job_id) WHERE (job_id IS NOT NULL);
CREATE INDEX jobs_by_finish ON batchllm.jobs USING btree (finished_at) INCLUDE (state, tenant) WHERE (finished_at IS NOT NULL);
CREATE INDEX jobs_by_key ON batchllm.jobs USING btree (key, id);
CREATE INDEX jobs_by_rank ON batchllm.jobs USING btree ((
CASE state
    WHEN 'running'::text THEN 0
    WHEN 'paused'::text THEN 1
    WHEN 'queued'::text THEN 2
    ELSE 3
END), ((- id))) INCLUDE (state, tenant);
CREATE INDEX jobs_by_removal ON batchllm.jobs USING btree (COALESCE(results_removed_at, 'infinity'::timestamp with time zone)) WHERE (results_removing_at IS NOT NULL);
CREATE INDEX jobs_live_by_output ON batchllm.jobs USING btree (rtrim(output_uri, '/'::text)) WHERE ((key IS NOT NULL) AND (state = ANY (ARRAY['running'::text, 'paused'::text])));
CREATE UNIQUE INDEX jobs_one_live_run_per_key ON batchllm.jobs USING btree (key) WHERE (state = ANY (ARRAY['running'::text, 'paused'::text]));
CREATE UNIQUE INDEX jobs_one_per_firing ON batchllm.jobs USING btree (schedule_id, fire_time) WHERE (schedule_id IS NOT NULL);
CREATE UNIQUE INDEX jobs_one_per_idempotency_key ON batchllm.jobs USING btree (tenant, idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE INDEX jobs_unfinished ON batchllm.jobs USING btree (id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX jobs_with_results ON batchllm.jobs USING btree (id) WHERE ((receipt_sha256 IS NOT NULL) AND (results_removed_at IS NULL));
CREATE INDEX qrtz_fired_by_instance ON batchllm.qrtz_fired_triggers USING btree (sched_name, instance_name, requests_recovery);
CREATE INDEX qrtz_fired_by_job ON batchllm.qrtz_fired_triggers USING btree (sched_name, job_name, job_group);
CREATE INDEX qrtz_fired_by_trigger ON batchllm.qrtz_fired_triggers USING btree (sched_name, trigger_group, trigger_name);
CREATE INDEX qrtz_jobs_by_group ON batchllm.qrtz_job_details USING btree (sched_name, job_group, job_name);
CREATE INDEX qrtz_triggers_by_calendar ON batchllm.qrtz_triggers USING btree (sched_name, calendar_name);
CREATE INDEX qrtz_triggers_by_group ON batchllm.qrtz_triggers USING btree (sched_name, trigger_group, trigger_name);
CREATE INDEX qrtz_triggers_by_job ON batchllm.qrtz_triggers USING btree (sched_name, job_name, job_group);
CREATE INDEX qrtz_triggers_due ON batchllm.qrtz_triggers USING btree (sched_name, trigger_state, next_fire_time, priority DESC, misfire_instr);
CREATE INDEX sessions_by_expiry ON batchllm.sessions USING btree (expires_at);
CREATE INDEX shards_by_commit ON batchllm.shards USING btree (job_id, committed_at) WHERE (committed_at IS NOT NULL);
CREATE INDEX shards_leased ON batchllm.shards USING btree (job_id) WHERE (leased_until IS NOT NULL);
CREATE INDEX shards_uncommitted ON batchllm.shards USING btree (job_id, shard_index) WHERE (committed_at IS NULL);
CREATE INDEX webhook_messages_by_job ON batchllm.webhook_messages USING btree (job_id);
CREATE INDEX webhook_messages_due ON batchllm.webhook_messages USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE TRIGGER jobs_announce_stop AFTER UPDATE OF state ON batchllm.jobs FOR EACH ROW WHEN (((old.state IS DISTINCT FROM new.state) AND (new.state = ANY (ARRAY['paused'::text, 'completed'::text, 'cancelled'::text, 'failed'::text])))) EXECUTE FUNCTION batchllm.announce_stop();
ALTER TABLE ONLY batchllm.batches
    ADD CONSTRAINT batches_error_file_id_fkey FOREIGN KEY (error_file_id) REFERENCES batchllm.files(id);
ALTER TABLE ONLY batchllm.batches
    ADD CONSTRAINT batches_input_file_id_fkey FOREIGN KEY (input_file_id) REFERENCES batchllm.files(id);
ALTER TABLE ONLY batchllm.batches
    ADD CONSTRAINT batches_job_id_fkey FOREIGN KEY (job_id) REFERENCES batchllm.jobs(id);
ALTER TABLE ONLY batchllm.batches
    ADD CONSTRAINT batches_output_file_id_fkey FOREIGN KEY (output_file_id) REFERENCES batchllm.files(id);
ALTER TABLE ONLY batchllm.qrtz_blob_triggers
    ADD CONSTRAINT qrtz_blob_triggers_sched_name_trigger_name_trigger_group_fkey FOREIGN KEY (sched_name, trigger_name, trigger_group) REFERENCES batchllm.qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE;
ALTER TABLE ONLY batchllm.qrtz_cron_triggers
    ADD CONSTRAINT qrtz_cron_triggers_sched_name_trigger_name_trigger_group_fkey FOREIGN KEY (sched_name, trigger_name, trigger_group) REFERENCES batchllm.qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE;
ALTER TABLE ONLY batchllm.qrtz_simple_triggers
    ADD CONSTRAINT qrtz_simple_triggers_sched_name_trigger_name_trigger_group_fkey FOREIGN KEY (sched_name, trigger_name, trigger_group) REFERENCES batchllm.qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE;
ALTER TABLE ONLY batchllm.qrtz_simprop_triggers
    ADD CONSTRAINT qrtz_simprop_triggers_sched_name_trigger_name_trigger_grou_fkey FOREIGN KEY (sched_name, trigger_name, trigger_group) REFERENCES batchllm.qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE;
ALTER TABLE ONLY batchllm.qrtz_triggers
    ADD CONSTRAINT qrtz_triggers_sched_name_job_name_job_group_fkey FOREIGN KEY (sched_name, job_name, job_group) REFERENCES batchllm.qrtz_job_details(sched_name, job_name, job_group);
ALTER TABLE ONLY batchllm.schedule_firings
    ADD CONSTRAINT schedule_firings_schedule_id_fkey FOREIGN KEY (schedule_id) REFERENCES batchllm.schedules(id) ON DELETE CASCADE;
ALTER TABLE ONLY batchllm.sessions
    ADD CONSTRAINT sessions_key_id_fkey FOREIGN KEY (key_id) REFERENCES batchllm.api_keys(id) ON DELETE CASCADE;
ALTER TABLE ONLY batchllm.shards
    ADD CONSTRAINT shards_job_id_fkey FOREIGN KEY (job_id) REFERENCES batchllm.jobs(id);
ALTER TABLE ONLY batchllm.webhook_messages
    ADD CONSTRAINT webhook_messages_job_id_fkey FOREIGN KEY (job_id) REFERENCES batchllm.jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY batchllm.webhook_messages
    ADD CONSTRAINT webhook_messages_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES batchllm.webhooks(id);
