-- People and machines that may act, and the keys under which personal data is sealed.

create table users (
  id            text collate "C" primary key,
  email         text collate "C" not null unique,       -- normalised
  password_hash text not null,
  name          text not null,
  status        text not null default 'active' check (status in ('active', 'blocked')),
  roles         text[] not null default '{customer}',
  created_at    timestamptz not null default now()
);

create table address (
  id          text collate "C" primary key,
  user_id     text collate "C" not null references users (id) on delete cascade,
  name        text not null,
  line1       text not null,
  line2       text not null default '',
  city        text not null,
  postal_code text not null,
  country     char(2) not null,
  created_at  timestamptz not null default now()
);
create index address_user on address (user_id, created_at);

-- Only a SHA-256 of the key is stored; it is shown once, when it is made.
create table api_key (
  id         text collate "C" primary key,
  hash       bytea not null unique,
  name       text not null,
  roles      text[] not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

-- One row a person or guest order. Deleting it makes everything sealed under it unreadable.
create table person_key (
  person     text collate "C" primary key,
  key        bytea not null check (octet_length(key) = 32),
  created_at timestamptz not null default now()
);
