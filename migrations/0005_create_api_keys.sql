-- Who may use the service. Of a key only its digest is here: what is stolen from a backup opens nothing.
create table batchllm.api_keys (
  id bigint generated always as identity primary key,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  tenant text not null check (tenant ~ '^[a-z0-9._-]{1,64}$'),
  role text not null check (role in ('read', 'submit', 'admin')),
  name text not null check (length(name) <= 100),
  digest text not null unique check (digest ~ '^[0-9a-f]{64}$'),

  check (expires_at > created_at)
);
