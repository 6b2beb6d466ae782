-- What lists of orders show: a projection of the order journal, rebuilt from it at will.

create sequence order_number start 100001;

create table order_summary (
  order_id   text collate "C" primary key,
  number     text collate "C" not null unique,
  user_id    text collate "C",                   -- null: a guest's
  cart_id    text collate "C" not null,
  status     text not null,
  total      bigint not null,
  currency   char(3) not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  seq        bigint not null                     -- of the event this row shows
);
create index order_summary_user on order_summary (user_id, created_at desc, order_id desc)
  where user_id is not null;
create index order_summary_open on order_summary (status, created_at, order_id)
  where status not in ('delivered', 'rejected', 'cancelled', 'refunded');
create index order_summary_newest on order_summary (created_at desc, order_id desc);
