-- Many products with a word may all be ones that sell badly, such as yesterday's import: the way
-- through the index of what sells ends after 20,000 products, and others with the words follow.
create or replace function popular_hits(words tsquery, most bigint) returns tid[]
  language sql stable
  set enable_seqscan = off set enable_sort = off set jit = off
  as $$
    select array(
      select place from (
        select place from (
          select ctid as place, document from product where status = 'active'
           order by velocity desc, id desc limit 20000) sold
         where document @@ words limit most) best
      union
      select place from (
        select ctid as place from product where document @@ words and status = 'active'
         limit most) some_of_them)
  $$;
