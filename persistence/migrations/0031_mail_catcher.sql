-- Where messages land on a developer's machine, in place of a mail server: the newest few, readable.

create table caught_mail (
  id       text collate "C" primary key,   -- of the message
  at       timestamptz not null default now(),
  sender   text not null,
  receiver text not null,
  subject  text not null,
  headers  text not null,
  plain    text not null,
  html     text not null
);
create index caught_mail_newest on caught_mail (at desc, id desc);
