-- The schema that the migrations make. Written by ops/dump-schema.sh; a test compares.
CREATE SCHEMA batchllm;
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
    resumed_at timestamp with time zone,
    CONSTRAINT jobs_check CHECK (((committed_shards >= 0) AND (committed_shards <= shard_count))),
    CONSTRAINT jobs_completed_is_complete CHECK (((state <> 'completed'::text) OR ((receipt_sha256 IS NOT NULL) AND (committed_shards = shard_count) AND (((ok + truncated) + failed) = row_count)))),
    CONSTRAINT jobs_completion_tokens_check CHECK ((completion_tokens >= 0)),
    CONSTRAINT jobs_copied_rows_check CHECK (((copied_rows >= 0) AND (copied_rows <= ((ok + truncated) + failed)))),
    CONSTRAINT jobs_failed_check CHECK ((failed >= 0)),
    CONSTRAINT jobs_finished_when_final CHECK (((finished_at IS NOT NULL) = (state = ANY (ARRAY['completed'::text, 'cancelled'::text, 'failed'::text])))),
    CONSTRAINT jobs_idempotency_has_request CHECK (((idempotency_key IS NULL) = (request_sha256 IS NULL))),
    CONSTRAINT jobs_inputs_check CHECK ((jsonb_typeof(inputs) = 'array'::text)),
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
    CONSTRAINT jobs_request_sha256_check CHECK ((request_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT jobs_row_count_check CHECK ((row_count >= 0)),
    CONSTRAINT jobs_rows_add_up CHECK ((((ok + truncated) + failed) <= row_count)),
    CONSTRAINT jobs_shard_count_check CHECK ((shard_count >= 0)),
    CONSTRAINT jobs_shared_prompt_tokens_check CHECK (((shared_prompt_tokens >= 0) AND (shared_prompt_tokens <= prompt_tokens))),
    CONSTRAINT jobs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'paused'::text, 'completed'::text, 'cancelled'::text, 'failed'::text]))),
    CONSTRAINT jobs_tenant_check CHECK ((tenant ~ '^[a-z0-9._-]{1,64}$'::text)),
    CONSTRAINT jobs_truncated_check CHECK ((truncated >= 0)),
    CONSTRAINT jobs_unplanned_is_empty CHECK (((key IS NOT NULL) OR ((row_count = 0) AND (shard_count = 0) AND (receipt_sha256 IS NULL))))
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
    leased_at timestamp with time zone,
    CONSTRAINT shards_byte_offset_check CHECK ((byte_offset >= 0)),
    CONSTRAINT shards_committed_has_output CHECK ((((committed_at IS NULL) AND (num_nonnulls(ok, truncated, failed, prompt_tokens, completion_tokens, part_length, part_uri, part_sha256) = 0)) OR ((committed_at IS NOT NULL) AND (epoch > 0) AND (num_nulls(ok, truncated, failed, prompt_tokens, completion_tokens, part_length, part_uri, part_sha256) = 0) AND (((ok + truncated) + failed) = row_count)))),
    CONSTRAINT shards_committed_is_not_leased CHECK (((committed_at IS NULL) OR (leased_until IS NULL))),
    CONSTRAINT shards_completion_tokens_check CHECK ((completion_tokens >= 0)),
    CONSTRAINT shards_copied_rows_check CHECK (((copied_rows >= 0) AND (copied_rows <= row_count))),
    CONSTRAINT shards_epoch_check CHECK ((epoch >= 0)),
    CONSTRAINT shards_errors_length_check CHECK ((errors_length >= 0)),
    CONSTRAINT shards_failed_check CHECK ((failed >= 0)),
    CONSTRAINT shards_failed_rows_are_written CHECK (((num_nulls(errors_uri, errors_sha256, errors_length) = 0) OR ((num_nonnulls(errors_uri, errors_sha256, errors_length) = 0) AND (COALESCE(failed, (0)::bigint) = 0)))),
    CONSTRAINT shards_file_index_check CHECK ((file_index >= 0)),
    CONSTRAINT shards_first_line_check CHECK ((first_line >= 0)),
    CONSTRAINT shards_first_row_check CHECK ((first_row >= 1)),
    CONSTRAINT shards_lease_has_holder CHECK (((leased_until IS NULL) OR ((epoch > 0) AND (worker IS NOT NULL) AND (lease_request IS NOT NULL)))),
    CONSTRAINT shards_ok_check CHECK ((ok >= 0)),
    CONSTRAINT shards_part_length_check CHECK ((part_length >= 0)),
    CONSTRAINT shards_prompt_tokens_check CHECK ((prompt_tokens >= 0)),
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
          WHERE ((rtrim(other.output_uri, '/'::text) = rtrim(j.output_uri, '/'::text)) AND (other.key IS NOT NULL) AND (other.state = ANY (ARRAY['running'::text, 'paused'::text])))))))
UNION ALL
 SELECT j.id,
    j.tenant,
    j.priority,
    j.deadline,
    j.model,
    true AS alone
   FROM batchllm.jobs j
  WHERE ((j.state = 'running'::text) AND (j.committed_shards = j.shard_count) AND ((j.not_before IS NULL) OR (j.not_before <= clock_timestamp())) AND (NOT (EXISTS ( SELECT
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
  WHERE ((j.state = 'running'::text) AND (j.committed_shards < j.shard_count) AND (EXISTS ( SELECT
           FROM batchllm.shards s
          WHERE ((s.job_id = j.id) AND (s.committed_at IS NULL) AND ((s.leased_until IS NULL) OR (s.leased_until <= clock_timestamp()))))) AND (NOT (EXISTS ( SELECT
           FROM (batchllm.tenants t
             JOIN batchllm.tenant_work work ON ((work.tenant = t.name)))
          WHERE ((t.name = j.tenant) AND (work.shards >= t.most_leased_shards))))));
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
ALTER TABLE ONLY batchllm.api_keys
    ADD CONSTRAINT api_keys_digest_key UNIQUE (digest);
ALTER TABLE ONLY batchllm.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY batchllm.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY batchllm.jobs
    ADD CONSTRAINT jobs_request_key UNIQUE (request);
ALTER TABLE ONLY batchllm.output_lengths
    ADD CONSTRAINT output_lengths_pkey PRIMARY KEY (series);
ALTER TABLE ONLY batchllm.preflights
    ADD CONSTRAINT preflights_pkey PRIMARY KEY (key);
ALTER TABLE ONLY batchllm.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (name);
ALTER TABLE ONLY batchllm.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY batchllm.shards
    ADD CONSTRAINT shards_pkey PRIMARY KEY (job_id, shard_index);
ALTER TABLE ONLY batchllm.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (name);
ALTER TABLE ONLY batchllm.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (name);
CREATE INDEX jobs_by_finish ON batchllm.jobs USING btree (finished_at) INCLUDE (state, tenant) WHERE (finished_at IS NOT NULL);
CREATE INDEX jobs_by_key ON batchllm.jobs USING btree (key, id);
CREATE INDEX jobs_by_rank ON batchllm.jobs USING btree ((
CASE state
    WHEN 'running'::text THEN 0
    WHEN 'paused'::text THEN 1
    WHEN 'queued'::text THEN 2
    ELSE 3
END), ((- id))) INCLUDE (state, tenant);
CREATE INDEX jobs_live_by_output ON batchllm.jobs USING btree (rtrim(output_uri, '/'::text)) WHERE ((key IS NOT NULL) AND (state = ANY (ARRAY['running'::text, 'paused'::text])));
CREATE UNIQUE INDEX jobs_one_live_run_per_key ON batchllm.jobs USING btree (key) WHERE (state = ANY (ARRAY['running'::text, 'paused'::text]));
CREATE UNIQUE INDEX jobs_one_per_idempotency_key ON batchllm.jobs USING btree (tenant, idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE INDEX jobs_unfinished ON batchllm.jobs USING btree (id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX sessions_by_expiry ON batchllm.sessions USING btree (expires_at);
CREATE INDEX shards_by_commit ON batchllm.shards USING btree (job_id, committed_at) WHERE (committed_at IS NOT NULL);
CREATE INDEX shards_leased ON batchllm.shards USING btree (job_id) WHERE (leased_until IS NOT NULL);
CREATE INDEX shards_uncommitted ON batchllm.shards USING btree (job_id, shard_index) WHERE (committed_at IS NULL);
ALTER TABLE ONLY batchllm.sessions
    ADD CONSTRAINT sessions_key_id_fkey FOREIGN KEY (key_id) REFERENCES batchllm.api_keys(id) ON DELETE CASCADE;
ALTER TABLE ONLY batchllm.shards
    ADD CONSTRAINT shards_job_id_fkey FOREIGN KEY (job_id) REFERENCES batchllm.jobs(id);
