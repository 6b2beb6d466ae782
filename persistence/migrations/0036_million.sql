-- What a million products ask of their pages: every list is read from its index in the order it is
-- shown in, category by category, and a search looks at a bounded number of rows.

drop index product_newest;
create index product_newest on product (status, created_at desc, id desc);
drop index product_category;
create index product_category on product (category, status, created_at desc, id desc);
create index product_category_popular on product (category, velocity desc, id desc)
  where status = 'active';
drop index product_titles;
create index product_titles on product (category, title collate "C", id) where status = 'active';
create index variant_barcode on variant (barcode) where barcode is not null;

-- Where the products with these words are, null when there are more than `most`; good for the
-- statement that asks. Always by the index: with two words the planner guesses wrong too often.
create function word_hits(words tsquery, most bigint) returns tid[] language sql stable
  set enable_seqscan = off set enable_indexscan = off set jit = off
  as $$
    select case when count(*) <= most then coalesce(array_agg(place), '{}') end
      from (select ctid as place from product where document @@ words limit most + 1) hit
  $$;

-- The best sold of the products with these words, when they are many: met soon on the way through
-- the index of what sells.
create function popular_hits(words tsquery, most bigint) returns tid[] language sql stable
  set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
  as $$
    select array(select ctid from product where document @@ words and status = 'active'
                  order by velocity desc, id desc limit most)
  $$;
