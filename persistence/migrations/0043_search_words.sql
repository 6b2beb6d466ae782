-- Shoppers find products by their title in every language of the shop and by what their category is
-- called. A product's document holds its own title and brand, its translated titles, each stemmed
-- as its language asks, and its category as one word that no text has: category/<handle>. What a
-- category is called stands with the category, so that renaming one touches no product; a search
-- puts the words of categories beside those it was asked for.

create function stemming_of(locale text) returns text language sql immutable parallel safe as $$
  select case split_part(lower(locale), '-', 1)
    when 'da' then 'danish' when 'de' then 'german' when 'en' then 'english'
    when 'es' then 'spanish' when 'fi' then 'finnish' when 'fr' then 'french'
    when 'hu' then 'hungarian' when 'it' then 'italian' when 'nl' then 'dutch'
    when 'nb' then 'norwegian' when 'nn' then 'norwegian' when 'no' then 'norwegian'
    when 'pt' then 'portuguese' when 'ro' then 'romanian' when 'ru' then 'russian'
    when 'sv' then 'swedish' when 'tr' then 'turkish' else 'simple' end
$$;

create function words_in(locale text, said text) returns tsvector
  language plpgsql immutable parallel safe as $$
begin
  return to_tsvector(('pg_catalog.' || stemming_of(locale))::regconfig, said);
end $$;

create function product_document(title text, brand text, category text, titles jsonb)
  returns tsvector language plpgsql immutable parallel safe as $$
declare
  words tsvector := setweight(to_tsvector('pg_catalog.english', title), 'A') ||
                    setweight(to_tsvector('pg_catalog.english', coalesce(brand, '')), 'B') ||
                    array_to_tsvector(array['category/' || category]);
  other record;
begin
  if titles <> '{}' then
    for other in select key, value from jsonb_each_text(titles) loop
      words := words || setweight(words_in(other.key, other.value), 'A');
    end loop;
  end if;
  return words;
end $$;

-- {"de": "Tasse"}: the titles of product_translation once more, for the document.
alter table product add column titles jsonb not null default '{}';
update product p set titles = t.titles
  from (select product, jsonb_object_agg(locale, title) as titles
          from product_translation group by product) t
 where t.product = p.id;
alter table product drop column document;
alter table product add column document tsvector
  generated always as (product_document(title, brand, category, titles)) stored;
create index product_document on product using gin (document);

-- In which languages a search reads its words.
create table search_language (stemming text collate "C" primary key);
insert into search_language
  select 'english' union select distinct stemming_of(locale) from product_translation
   union select distinct stemming_of(locale) from category_translation;

create function keep_titles() returns trigger language plpgsql as $$
begin
  insert into search_language select distinct stemming_of(locale) from changed
    on conflict do nothing;
  update product p set titles = now.titles
    from (select c.product, coalesce(jsonb_object_agg(t.locale, t.title)
                                       filter (where t.locale is not null), '{}') as titles
            from (select distinct product from changed) c
            left join product_translation t on t.product = c.product group by c.product) now
   where p.id = now.product and p.titles is distinct from now.titles;
  return null;
end $$;
create trigger translation_added after insert on product_translation
  referencing new table as changed for each statement execute function keep_titles();
create trigger translation_changed after update on product_translation
  referencing new table as changed for each statement execute function keep_titles();
create trigger translation_removed after delete on product_translation
  referencing old table as changed for each statement execute function keep_titles();

alter table category add column words tsvector generated always as (words_in('en', name)) stored;
create index category_words on category using gin (words);
alter table category_translation
  add column words tsvector generated always as (words_in(locale, name)) stored;
create index category_translation_words on category_translation using gin (words);

create function keep_language() returns trigger language plpgsql as $$
begin
  insert into search_language values (stemming_of(new.locale)) on conflict do nothing;
  return null;
end $$;
create trigger category_language after insert or update of locale on category_translation
  for each row execute function keep_language();

-- A word of a search, and beside it the products of the categories that are called so, down to the
-- smallest; of very many the upper ones.
create function or_category(word tsquery) returns tsquery language sql stable as $$
  select coalesce(word || (
    select string_agg('''category/' || handle || '''', ' | ')::tsquery from (
      select handle from category where path && array(
        select handle from category where words @@ word union
        select category from category_translation where words @@ word)
       order by cardinality(path), handle limit 16) called_so), word)
$$;

-- What to look for in documents: the words as each language of the shop reads them. `beginnings`:
-- `asked` is a tsquery's text and not what people type.
create function search_words(asked text, beginnings boolean) returns tsquery
  language plpgsql stable as $$
declare
  language regconfig;
  read_so tsquery;
  seen tsquery[] := '{}';
  word tsquery;
  words tsquery;
  found tsquery;
begin
  for language in select ('pg_catalog.' || stemming)::regconfig from search_language
                   order by stemming <> 'english', stemming loop
    read_so := case when beginnings then to_tsquery(language, asked)
                    else websearch_to_tsquery(language, asked) end;
    continue when numnode(read_so) = 0 or read_so = any(seen);
    seen := seen || read_so;
    words := read_so;
    for word in select distinct (part[1])::tsquery
                  from regexp_matches(read_so::text, '(''(?:[^'']|'''')*''(?::\*)?)', 'g') part
                 limit 16 loop
      words := ts_rewrite(words, word, or_category(word));
    end loop;
    found := coalesce(found || words, words);
  end loop;
  return coalesce(found, '');
end $$;
