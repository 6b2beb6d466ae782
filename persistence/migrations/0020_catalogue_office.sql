-- The catalogue's back office: what two editors may change at once has a version.

alter table category add column version bigint not null default 1;
create index category_parent on category (parent);

create table category_translation (
  category text collate "C" not null references category (handle) on delete cascade,
  locale   text collate "C" not null,
  name     text not null,
  primary key (category, locale)
);

alter table brand add column version bigint not null default 1;
update brand b set handle = left(b.handle, 91) || '-' || left(md5(b.name), 8)
  from (select name, row_number() over (partition by handle order by name) as place from brand) d
  where d.name = b.name and d.place > 1;
create unique index brand_handle on brand (handle);
create index product_brand on product (brand) where brand is not null;

-- Handles of brands come from their names, and two names may give one: m-ller.
create function distinct_brand_handle() returns trigger language plpgsql as $$
declare
  wanted constant text := left(new.handle, 90);
  place integer := 1;
begin
  while exists (select from brand where handle = new.handle and name <> new.name) loop
    place := place + 1;
    new.handle := wanted || '-' || place;
  end loop;
  return new;
end $$;
create trigger brand_handle before insert on brand
  for each row execute function distinct_brand_handle();

alter table price_list add column version bigint not null default 1;
create index price_list_prices on price (price_list);

alter table variant add column archived boolean not null default false;
-- Had a price that is gone now: somebody may have ordered it.
alter table variant add column was_priced boolean not null default false;
