-- Messages owed to people. Rows stay after sending, so that the same cause never queues one twice;
-- what they said goes when they are sent.

create table message (
  id         text collate "C" primary key,          -- the Message-ID is made of it
  kind       text not null,
  person     text collate "C" not null,             -- whose person_key seals the content
  locale     text not null,
  content    bytea,                                 -- recipient, name and values, sealed; null once sent
  state      text not null default 'queued'
             check (state in ('queued', 'sent', 'failed', 'given_up')),
  attempts   int not null default 0,
  next_at    timestamptz not null default now(),    -- due, or the end of the lease of who sends it
  created_at timestamptz not null default now(),
  sent_at    timestamptz,
  last_error text not null default ''
);
-- failed: will be tried again. given_up: an operator's.
create index message_due on message (next_at) where state in ('queued', 'failed');
create index message_given_up on message (created_at) where state = 'given_up';
