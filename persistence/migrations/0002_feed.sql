-- Where each consumer of the change feed stands; moved in the transaction of the consumer's own writes.
create table feed_position (
  consumer text primary key,
  lsn      bigint not null,       -- end of the last commit it has applied
  at       timestamptz not null   -- that commit's time, for catching up when the slot is lost
);
