#include "actors/session/store.hpp"

namespace souk::session {

namespace sql = persistence::sql;

namespace {

constexpr std::string_view alive = "s.user_id = u.id and s.epoch = u.session_epoch and "
                                   "u.status = 'active' ";

result<bool> any_affected(const result<sql::rows>& done) {
  if (!done)
    return done.error();
  return done->affected() > 0;
}

} // namespace

result<void> insert_session(sql::connection& c, const listed_session& s, const std::string& user_id,
                            int64_t epoch) {
  // The share lock makes a password change that is under way wait, or this wait for it.
  auto put = c.execute(
      "insert into user_session (session_id, user_id, epoch, device, created_at, last_seen_at, "
      "expires_at) select $1::text, id, session_epoch, $4::text, $5::timestamptz, "
      "$6::timestamptz, $7::timestamptz from users where id = $2::text and "
      "session_epoch = $3::bigint and status = 'active' for share "
      "on conflict (session_id) do nothing",
      {s.id, user_id, epoch, s.device, s.created_at, s.last_seen_at, s.expires_at});
  if (!put)
    return put.error();
  if (put->affected() == 1)
    return {};
  auto found =
      c.execute(std::string{"select 1 from user_session s, users u where "}.append(alive).append(
                    "and s.session_id = $1"),
                {s.id});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::unauthenticated, "wrong e-mail address or password");
  return {};
}

result<bool> touch_session(sql::connection& c, const std::string& id, time_point now) {
  return any_affected(
      c.execute(std::string{"update user_session s set last_seen_at = $2 from users u where "}
                    .append(alive)
                    .append("and s.session_id = $1 and s.expires_at > $2"),
                {id, now}));
}

result<std::vector<listed_session>> load_sessions(sql::connection& c, const std::string& user_id,
                                                  time_point now) {
  auto found = c.execute(
      std::string{"select s.session_id, s.device, s.created_at, s.last_seen_at, s.expires_at "
                  "from user_session s, users u where "}
          .append(alive)
          .append("and s.user_id = $1 and s.expires_at > $2 order by s.created_at desc, 1"),
      {user_id, now});
  if (!found)
    return found.error();
  std::vector<listed_session> all;
  for (size_t i = 0; i < found->size(); ++i)
    all.push_back({std::string{found->text(i, 0)}, std::string{found->text(i, 1)},
                   found->time(i, 2), found->time(i, 3), found->time(i, 4)});
  return all;
}

result<bool> remove_session(sql::connection& c, const std::string& id) {
  return any_affected(c.execute("delete from user_session where session_id = $1", {id}));
}

result<bool> remove_session_of(sql::connection& c, const std::string& user_id,
                               const std::string& id) {
  if (!is_plausible_id(id))
    return false;
  return any_affected(
      c.execute("delete from user_session where user_id = $1 and session_id = $2", {user_id, id}));
}

result<std::vector<std::string>> remove_other_sessions(sql::connection& c,
                                                       const std::string& user_id,
                                                       const std::string& keep, bool renew) {
  using ids = std::vector<std::string>;
  return sql::in_transaction(c, [&](sql::connection& same) -> result<ids> {
    auto moved = same.execute("update users set session_epoch = session_epoch + $2 where id = $1",
                              {user_id, static_cast<int64_t>(renew ? 1 : 0)});
    if (!moved)
      return moved.error();
    auto kept = same.execute("update user_session s set epoch = u.session_epoch from users u "
                             "where s.user_id = u.id and u.id = $1 and s.session_id = $2",
                             {user_id, keep});
    if (!kept)
      return kept.error();
    auto gone = same.execute("delete from user_session s using users u where s.user_id = u.id and "
                             "u.id = $1 and s.epoch <> u.session_epoch returning s.session_id",
                             {user_id});
    if (!gone)
      return gone.error();
    ids all;
    for (size_t i = 0; i < gone->size(); ++i)
      all.emplace_back(gone->text(i, 0));
    return all;
  });
}

} // namespace souk::session
