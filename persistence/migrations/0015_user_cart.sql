-- The cart a user goes on with, on every device. The cart itself is an entity.
create table user_cart (
  user_id text collate "C" primary key references users (id) on delete cascade,
  cart_id text not null
);
