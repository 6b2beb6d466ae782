-- The state or province of an address, where a country's addresses have one.
alter table address add column state text not null default '';
