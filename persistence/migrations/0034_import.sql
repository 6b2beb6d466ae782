-- What an import found in a file and souk has no place for; exports give it back. Staff only: it is
-- no part of what shoppers see.
create table product_source (
  product text collate "C" primary key references product (id) on delete cascade,
  format  text not null,
  data    jsonb not null
);

-- How far an import is. A file's import that was interrupted goes on behind `rows`.
create table import_run (
  id         text collate "C" primary key,
  source     text not null,
  state      text not null default 'running' check (state in ('running', 'finished', 'failed')),
  rows       bigint not null default 0,
  created    bigint not null default 0,
  changed    bigint not null default 0,
  failed     bigint not null default 0,
  reason     text not null default '',
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index import_run_newest on import_run (started_at desc);

create table import_fault (
  run    text collate "C" not null references import_run (id) on delete cascade,
  number bigint not null,
  row    bigint not null,
  field  text not null,
  reason text not null,
  primary key (run, number)
);
