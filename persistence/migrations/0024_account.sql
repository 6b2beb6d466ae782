-- What an account needs beside a password: a checked address, letters with a token, and a row for
-- each session so that people see them and all can be ended at once.

alter table users
  add column email_confirmed_at timestamptz,
  add column locale             text not null default '',
  add column session_epoch      bigint not null default 0;   -- sessions of another epoch are over

-- Only SHA-256 of the token is kept; a used one is deleted.
create table account_token (
  hash       bytea primary key,
  user_id    text collate "C" not null references users (id) on delete cascade,
  purpose    text not null check (purpose in ('confirm_email', 'change_email', 'reset_password')),
  email      text collate "C" not null,                      -- whose mailbox it was sent to
  expires_at timestamptz not null
);
create index account_token_user on account_token (user_id, purpose);

-- The session itself is an entity; it ends with its row at the latest when that is next touched.
create table user_session (
  session_id   text collate "C" primary key,
  user_id      text collate "C" not null references users (id) on delete cascade,
  epoch        bigint not null,
  device       text not null,
  created_at   timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),           -- coarse
  expires_at   timestamptz not null
);
create index user_session_user on user_session (user_id, created_at);
