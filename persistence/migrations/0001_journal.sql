-- The journal and what commits with it: snapshots, wakeups, the ledger; and append(), the only way in.
-- Entities are compared by bytes: a language's collation costs more and changes with the system.

create table journal (
  shard   int not null,
  entity  text collate "C" not null,
  seq     bigint not null,          -- of the first event
  events  int not null check (events > 0),
  payload bytea not null,
  chain   bytea not null check (length(chain) = 32),
  at      timestamptz not null default now(),
  primary key (shard, entity, seq)
) partition by range (shard);
-- The protobuf inside gains little by compression, and a hot entity's rows would pay for it.
do $$
begin
  for i in 0..15 loop
    execute format('create table journal_%s partition of journal for values from (%s) to (%s)',
                   to_char(i, 'FM00'), i * 64, (i + 1) * 64);
    execute format('alter table journal_%s alter payload set storage external',
                   to_char(i, 'FM00'));
  end loop;
end $$;
-- The feed catches up by time; rows arrive nearly in its order.
create index journal_at on journal using brin (at);

create table snapshot (
  shard   int not null,
  entity  text collate "C" not null,
  seq     bigint not null,
  version int not null,
  payload bytea not null,
  chain   bytea not null,           -- of the row it ends with: replay goes on from here
  at      timestamptz not null default now(),
  primary key (shard, entity)
);

create table wakeup (
  shard  int not null,
  entity text collate "C" not null,
  due_at timestamptz not null,
  primary key (shard, entity)
);
create index wakeup_due on wakeup (due_at);

create table ledger (
  entity    text collate "C" not null,
  seq       bigint not null,        -- of the journal row that it came with
  line      int not null,
  account   text not null,
  reference text not null,
  amount    bigint not null check (amount <> 0),
  currency  text not null check (currency ~ '^[A-Z]{3}$'),
  at        timestamptz not null default now(),
  primary key (entity, seq, line)
);
create index ledger_reference on ledger (reference);

create function history_is_final() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'SK003';
end $$;
create trigger ledger_is_final before update or delete or truncate on ledger
  for each statement execute function history_is_final();
create trigger journal_is_final before update or delete or truncate on journal
  for each statement execute function history_is_final();

create table stuck_effect (
  entity       text collate "C" not null,
  step         text not null,
  attempts     int not null,
  since        timestamptz not null default now(),
  last_attempt timestamptz not null default now(),
  last_failure text not null,
  primary key (entity, step)
);

-- One call a batch: all of it or nothing. Rows (r_…) with events = 0 insert nothing; they ask that
-- r_seq is the next number, for a lone wakeup change or snapshot. r_check asks for the look-up of the
-- predecessor; without it only the primary key speaks. Postings (l_…), wakeups (w_…, null removes) and
-- snapshots (s_…) come with them. Returns a position in the log at or before this commit.
-- SK001: refused entities, SK002: unbalanced ones; DETAIL names all of them, one a line.
create function append(
  r_shard int[], r_entity text[], r_seq bigint[], r_events int[], r_payload bytea[], r_chain bytea[],
  r_previous bytea[], r_check boolean[],
  l_entity text[], l_seq bigint[], l_line int[], l_account text[], l_reference text[],
  l_amount bigint[], l_currency text[],
  w_shard int[], w_entity text[], w_due timestamptz[],
  s_shard int[], s_entity text[], s_seq bigint[], s_version int[], s_payload bytea[], s_chain bytea[]
) returns bigint language plpgsql as $$
declare
  refused text;
begin
  if true = any (r_check) then
    select string_agg(distinct r.entity, e'\n') into refused
      from unnest(r_shard, r_entity, r_seq, r_previous, r_check)
             as r (shard, entity, seq, previous, wanted)
      left join lateral (
        select j.seq + j.events as next, j.chain from journal j
          where j.shard = r.shard and j.entity = r.entity order by j.seq desc limit 1) p on true
      where r.wanted
        and (coalesce(p.next, 1) <> r.seq
             or coalesce(p.chain, decode(repeat('00', 32), 'hex')) <> r.previous);
    if refused is not null then
      raise exception 'superseded' using errcode = 'SK001', detail = refused;
    end if;
  end if;

  insert into journal (shard, entity, seq, events, payload, chain)
    select r.shard, r.entity, r.seq, r.events, r.payload, r.chain
      from unnest(r_shard, r_entity, r_seq, r_events, r_payload, r_chain)
             as r (shard, entity, seq, events, payload, chain)
      where r.events > 0;

  if cardinality(l_entity) > 0 then
    select string_agg(distinct u.entity, e'\n') into refused
      from (select l.entity from unnest(l_entity, l_amount, l_currency) as l (entity, amount, currency)
              group by l.entity, l.currency having sum(l.amount) <> 0) u;
    if refused is not null then
      raise exception 'unbalanced' using errcode = 'SK002', detail = refused;
    end if;
    insert into ledger (entity, seq, line, account, reference, amount, currency)
      select * from unnest(l_entity, l_seq, l_line, l_account, l_reference, l_amount, l_currency);
  end if;

  if cardinality(w_entity) > 0 then
    delete from wakeup w using unnest(w_shard, w_entity, w_due) as n (shard, entity, due)
      where w.shard = n.shard and w.entity = n.entity and n.due is null;
    insert into wakeup (shard, entity, due_at)
      select n.shard, n.entity, n.due from unnest(w_shard, w_entity, w_due) as n (shard, entity, due)
        where n.due is not null
      on conflict (shard, entity) do update set due_at = excluded.due_at;
  end if;

  if cardinality(s_entity) > 0 then
    insert into snapshot as old (shard, entity, seq, version, payload, chain)
      select * from unnest(s_shard, s_entity, s_seq, s_version, s_payload, s_chain)
      on conflict (shard, entity) do update
        set seq = excluded.seq, version = excluded.version, payload = excluded.payload,
            chain = excluded.chain, at = now()
        where old.seq < excluded.seq;
  end if;

  return pg_current_wal_insert_lsn() - '0/0'::pg_lsn;
end $$;
