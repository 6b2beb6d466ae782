-- Who belongs to the cluster. Every change of a member raises the version by compare-and-swap, so
-- that changes are totally ordered and a reader sees the rows of exactly one version.

create sequence node_generation;

create table membership_version (
  only_row  boolean primary key default true check (only_row),
  version   bigint not null,
  cluster   text,                   -- named by the first node; nodes of other names are refused
  timeline  int not null,           -- the highest of Postgres' histories a change was made on
  forgotten bigint not null         -- generations up to here without a row are dead
);
insert into membership_version (version, timeline, forgotten) values (0, 0, 0);

create table member (
  node          text collate "C" not null,
  generation    bigint not null check (generation > 0),
  state         text not null check (state in ('joining', 'active', 'leaving', 'dead')),
  host          text not null,
  port          int not null,
  region        text not null,
  weight        int not null,
  feature_level int not null,
  started       timestamptz not null,
  alive_at      timestamptz not null, -- its own last word
  suspected_by_node       text[] not null,
  suspected_by_generation bigint[] not null,
  suspected_at            timestamptz[] not null,
  primary key (node, generation)
) with (fillfactor = 50);            -- alive_at changes each second, and nothing else does

create function postgres_timeline() returns int language sql as $$
  select ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int
$$;

-- One call a change. Answers the new version, or null and why not: 'cluster' (then with its name),
-- 'version' (another writer was first) or 'dead' (final). Times of suspicions are microseconds
-- since 1970. Those who listen to souk_membership are told.
create function write_member(
  of_cluster text, expected bigint,
  m_node text, m_generation bigint, m_state text, m_host text, m_port int, m_region text,
  m_weight int, m_feature_level int, m_started timestamptz,
  s_node text[], s_generation bigint[], s_at bigint[],
  out new_version bigint, out refusal text, out owner text
) language plpgsql as $$
declare
  kept membership_version;
begin
  -- The row's lock puts writers one behind the other.
  select * into kept from membership_version for update;
  owner := coalesce(kept.cluster, of_cluster);
  refusal := case
    when owner <> of_cluster then 'cluster'
    when kept.version <> expected then 'version'
    when exists (select from member
                   where node = m_node and generation = m_generation and state = 'dead')
      or m_generation <= kept.forgotten and not exists
           (select from member where node = m_node and generation = m_generation) then 'dead'
  end;
  if refusal is not null then
    return;
  end if;
  new_version := expected + 1;
  update membership_version set version = new_version, cluster = of_cluster,
                                timeline = greatest(timeline, postgres_timeline());
  insert into member values (
    m_node, m_generation, m_state, m_host, m_port, m_region, m_weight, m_feature_level, m_started,
    clock_timestamp(), s_node, s_generation,
    array(select 'epoch'::timestamptz + us * interval '1 microsecond'
            from unnest(s_at) with ordinality as s (us, place) order by place))
  on conflict (node, generation) do update set
    state = excluded.state, host = excluded.host, port = excluded.port, region = excluded.region,
    weight = excluded.weight, feature_level = excluded.feature_level, started = excluded.started,
    alive_at = case when excluded.state = 'dead' or cardinality(excluded.suspected_by_node) > 0
                    then member.alive_at else excluded.alive_at end,
    suspected_by_node = excluded.suspected_by_node,
    suspected_by_generation = excluded.suspected_by_generation, suspected_at = excluded.suspected_at;
  perform pg_notify('souk_membership', new_version::text);
end $$;
