-- A word that very many products have is known as such from a sample of them, always the same pages,
-- so that nobody collects all its hits first only to find them too many. And where enough of the
-- best sold have it, no others are looked for.

-- Whether the products with these words are well more than `most`, as far as some 2,000 can tell.
create function is_common(words tsquery, most bigint) returns boolean language sql stable
  set jit = off
  as $$
    with pages as materialized (
      select greatest(pg_relation_size('product') / 8192, 1)::double precision as number)
    select count(*) * greatest((select number from pages) / 180, 1) > 2 * most
      from product tablesample system (least(100, 100 * 180 / (select number from pages)))
             repeatable (0)
     where document @@ words
  $$;

create or replace function word_hits(words tsquery, most bigint) returns tid[] language sql stable
  set enable_seqscan = off set enable_indexscan = off set jit = off
  as $$
    select case when not is_common(words, most) then (
      select case when count(*) <= most then coalesce(array_agg(place), '{}') end
        from (select ctid as place from product where document @@ words limit most + 1) hit) end
  $$;

create or replace function popular_hits(words tsquery, most bigint) returns tid[]
  language sql stable
  set enable_seqscan = off set enable_sort = off set jit = off
  as $$
    with best as materialized (
      select place from (
        select ctid as place, document from product where status = 'active'
         order by velocity desc, id desc limit 20000) sold
       where document @@ words limit most)
    select array(
      select place from best
      union
      select place from (
        select ctid as place from product where document @@ words and status = 'active'
         limit (select case when count(*) < most then most else 0 end from best)) some_of_them)
  $$;
