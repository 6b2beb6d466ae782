-- Who of the staff did what. A row is written before the action, which fails without it; how it
-- ended is a row of its own, since nothing here is ever changed.

create table audit_action (
  id        text collate "C" primary key,       -- ordered by time
  actor     text collate "C" not null,          -- "user:<id>" or "key:<id>"
  operation text collate "C" not null,          -- operationId
  target    text not null,                      -- path
  trace_id  text not null,
  client    text not null,                      -- network address
  at        timestamptz not null default now()
);
create index audit_action_actor on audit_action (actor, id);
create index audit_action_operation on audit_action (operation, id);

create table audit_outcome (
  action text collate "C" primary key references audit_action (id),
  status int not null,                          -- of the answer
  at     timestamptz not null default now()
);

create trigger audit_action_is_final before update or delete or truncate on audit_action
  for each statement execute function history_is_final();
create trigger audit_outcome_is_final before update or delete or truncate on audit_outcome
  for each statement execute function history_is_final();
