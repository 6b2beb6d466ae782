-- The indices of what sells hold only what sells: of a new product, as an import writes them by the
-- million, nobody has bought any, and two random places to write are spared. Lists by popularity go
-- on with the others, the newest first. A million take seconds.
drop index product_popular;
create index product_popular on product (velocity desc, id desc)
  where status = 'active' and velocity > 0;
drop index product_category_popular;
create index product_category_popular on product (category, velocity desc, id desc)
  where status = 'active' and velocity > 0;

create or replace function popular_hits(words tsquery, most bigint) returns tid[]
  language sql stable
  set enable_seqscan = off set enable_sort = off set jit = off
  as $$
    with best as materialized (
      select place from (
        select ctid as place, document from product where status = 'active' and velocity > 0
         order by velocity desc, id desc limit 20000) sold
       where document @@ words limit most)
    select array(
      select place from best
      union
      select place from (
        select ctid as place from product where document @@ words and status = 'active'
         limit (select case when count(*) < most then most else 0 end from best)) some_of_them)
  $$;
