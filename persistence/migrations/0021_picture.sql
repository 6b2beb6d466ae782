-- Uploaded pictures: their files lie in the media directory under their hash, what is known of them
-- here. A product's image with the url /media/<hash>/… shows one.
create table picture (
  hash       text collate "C" primary key check (hash ~ '^[0-9a-f]{64}$'),
  width      bigint not null check (width > 0),
  height     bigint not null check (height > 0),
  sizes      jsonb not null,                     -- [{"box": 160, "width": 160, "height": 107}, …]
  created_at timestamptz not null default now()
);
