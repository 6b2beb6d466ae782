-- What staff see of an import they sent.
alter table import_run add column dry_run boolean not null default false;
alter table import_fault add column code text not null default '';
