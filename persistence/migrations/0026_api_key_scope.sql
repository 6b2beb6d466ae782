-- A key may do what its roles may, narrowed to its scopes where it has some.
alter table api_key
  add column scopes       text[] not null default '{}',
  add column expires_at   timestamptz,
  add column last_used_at timestamptz;           -- coarse
