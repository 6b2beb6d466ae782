-- Postgres' own compression takes longer than the rest of a large snapshot, and the commit that
-- carries it waits: LZ4 where the server has it, else none.
do $$
begin
  alter table snapshot alter payload set compression lz4;
exception when others then
  alter table snapshot alter payload set storage external;
end $$;
