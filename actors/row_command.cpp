#include "actors/row_command.hpp"

namespace souk {

namespace sql = persistence::sql;

namespace {

sql::bytes as_bytes(const command_id& id) {
  return {{reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()}};
}

result<std::string> stored_answer(sql::connection& c, const idempotency& repeat) {
  auto found = c.execute("select fingerprint, answer from row_command where key = $1",
                         {as_bytes(repeat.key)});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::unavailable, "the first request of this key was just rolled back");
  if (found->integer(0, 0) != static_cast<int64_t>(repeat.fingerprint))
    return fail(errc::idempotency_mismatch, "this key was used with another request");
  return std::string{found->text(0, 1)};
}

/// The key is taken before the work, so that a concurrent repeat waits on its index entry.
result<std::string> work_under_key(sql::connection& c, const idempotency& repeat,
                                   const std::function<result<std::string>()>& work) {
  auto taken = c.execute("insert into row_command (key, fingerprint) values ($1, $2) "
                         "on conflict (key) do nothing",
                         {as_bytes(repeat.key), static_cast<int64_t>(repeat.fingerprint)});
  if (!taken)
    return taken.error();
  if (taken->affected() == 0)
    return stored_answer(c, repeat);
  auto answer = work();
  if (!answer)
    return answer;
  auto kept = c.execute("update row_command set answer = $2 where key = $1",
                        {as_bytes(repeat.key), *answer});
  if (!kept)
    return kept.error();
  return answer;
}

} // namespace

result<std::string> run_once(sql::connection& c, const std::optional<idempotency>& repeat,
                             const std::function<result<std::string>()>& work) {
  return sql::in_transaction(
      c, [&](sql::connection&) { return repeat ? work_under_key(c, *repeat, work) : work(); });
}

result<bool> is_remembered(sql::connection& c, const idempotency& repeat) {
  auto found = c.execute("select 1 from row_command where key = $1", {as_bytes(repeat.key)});
  return found ? result<bool>{!found->empty()} : found.error();
}

result<int64_t> forget_row_commands(sql::connection& c, time_point before) {
  auto done = c.execute("delete from row_command where at < $1", {before});
  if (!done)
    return done.error();
  return done->affected();
}

} // namespace souk
