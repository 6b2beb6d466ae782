-- The newest formats that may stand in the journal: the highest feature level that all who lived had
-- at one version of the membership. Older nodes are not taken in any more, even if nobody lives.
alter table membership_version add column feature_level int not null default 0;
update membership_version set feature_level =
  coalesce((select min(feature_level) from member where state <> 'dead'), 0);

create function level_in_use() returns trigger language plpgsql as $$
begin
  update membership_version set feature_level = everybodys.level
    from (select min(feature_level) as level from member where state <> 'dead') as everybodys
    where everybodys.level > membership_version.feature_level;
  return null;
end $$;

-- Not by what confirms: it sets alive_at alone.
create trigger member_level_in_use after insert or update of state, feature_level on member
  for each statement execute function level_in_use();
