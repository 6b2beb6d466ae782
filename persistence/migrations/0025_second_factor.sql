-- Codes by time (RFC 6238) and the recovery codes that stand in for a lost device.

create table second_factor (
  user_id      text collate "C" primary key references users (id) on delete cascade,
  secret       bytea not null,                 -- sealed under the person's key
  confirmed_at timestamptz,                    -- null: enrolled, not in force yet
  last_step    bigint not null default 0       -- a step is good once
);

-- SHA-256 of a code; a used one is deleted.
create table recovery_code (
  user_id text collate "C" not null references second_factor (user_id) on delete cascade,
  hash    bytea not null,
  primary key (user_id, hash)
);
