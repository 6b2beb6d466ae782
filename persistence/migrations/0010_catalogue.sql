-- The catalogue: read a thousand times for each write, so rows with indices, not entities.
-- Money is bigint minor units and a char(3) currency; texts that are keys compare by bytes.

-- What row services answered to a command id, kept in the transaction of the change.
create table row_command (
  key         bytea primary key,
  fingerprint bigint not null,
  answer      text not null default '',
  at          timestamptz not null default now()
);
create index row_command_at on row_command (at);

create table category (
  handle           text collate "C" primary key,
  parent           text collate "C" references category (handle),
  path             text[] not null,              -- handles from the root down to this one
  name             text not null,
  attribute_schema jsonb not null default '{}',
  position         integer not null default 0
);
create index category_path on category using gin (path);

create table brand (
  name   text collate "C" primary key,
  handle text collate "C" not null
);

create table product (
  id           text collate "C" primary key,
  handle       text collate "C" not null unique,
  title        text not null,
  description  text not null default '',
  brand        text collate "C" references brand (name) on update cascade,
  category     text collate "C" not null references category (handle),
  status       text not null default 'draft' check (status in ('draft', 'active', 'archived')),
  tax_category text not null default 'standard',
  attributes   jsonb not null default '{}',
  option_names text[] not null default '{}',     -- jsonb would forget their order
  rating_sum   bigint not null default 0 check (rating_sum >= 0),
  rating_count bigint not null default 0 check (rating_count >= 0),
  velocity     bigint not null default 0 check (velocity >= 0),  -- units sold in the last 30 days
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  document     tsvector generated always as (
    setweight(to_tsvector('english', title), 'A') ||
    setweight(to_tsvector('english', coalesce(brand, '')), 'B') ||
    setweight(to_tsvector('english', description), 'C')) stored
);
create index product_document on product using gin (document);
create index product_attributes on product using gin (attributes jsonb_path_ops);
create index product_newest on product (created_at desc, id desc) where status = 'active';
create index product_popular on product (velocity desc, id desc) where status = 'active';
create index product_titles on product (title collate "C", id) where status = 'active';
create index product_category on product (category, created_at desc, id desc);

create table product_translation (
  product     text collate "C" not null references product (id) on delete cascade,
  locale      text not null,
  title       text not null,
  description text not null default '',
  primary key (product, locale)
);

create table product_image (
  product  text collate "C" not null references product (id) on delete cascade,
  position integer not null,
  url      text not null,
  alt      text not null default '',
  primary key (product, position)
);

create table variant (
  id           text collate "C" primary key,
  product      text collate "C" not null references product (id) on delete cascade,
  sku          text collate "C" not null unique,
  options      jsonb not null default '{}',
  weight_grams bigint not null default 0 check (weight_grams >= 0),
  barcode      text,
  position     integer not null default 0,
  cost         bigint check (cost >= 0),
  cost_currency char(3),
  image        text,
  check ((cost is null) = (cost_currency is null))
);
create index variant_product on variant (product, position);

create table price_list (
  id          text collate "C" primary key,
  name        text not null,
  currency    char(3) not null,
  country     char(2),                           -- null: everywhere
  priority    integer not null default 0,        -- higher wins among equally specific ones
  valid_from  timestamptz not null default '-infinity',
  valid_until timestamptz not null default 'infinity',
  check (valid_from < valid_until)
);

create table price (
  variant         text collate "C" not null references variant (id) on delete cascade,
  price_list      text collate "C" not null references price_list (id) on delete cascade,
  amount          bigint not null check (amount >= 0),
  original_amount bigint check (original_amount > amount),
  primary key (variant, price_list)
);
