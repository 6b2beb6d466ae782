-- What is tried again by itself is told of again at each attempt: an entry that nobody has told of for
-- long is of an effect that went well on another node, or whose "done" was lost. Others stay until
-- whoever put them takes them out.
alter table stuck_effect add column told_again boolean not null default false;
update stuck_effect set told_again = true
 where attempts >= 10 and step <> 'recover' and entity not like 'message/%';
