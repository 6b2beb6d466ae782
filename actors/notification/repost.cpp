#include "actors/notification/repost.hpp"

#include "actors/operators/queue.hpp"
#include "actors/user/letters.hpp"

namespace souk::notification {

using persistence::sql::connection;

namespace {

/// Why it cannot go out again; nothing when it can.
std::optional<failure> obstacle(std::string_view state, std::string_view named, bool readable,
                                std::chrono::seconds age) {
  if (state == "sent")
    return fail(errc::conflict, "this message was sent");
  if (!readable)
    return fail(errc::conflict, "the person it was for is erased");
  const auto what = parse_kind(named);
  if ((what == kind::check_address && age > user::check_age) ||
      (what == kind::reset_password && age > user::reset_age))
    return fail(errc::conflict, "the link in it has ended; a new one has to be asked for");
  return std::nullopt;
}

result<bool> queue_again(connection& c, const std::string& id) {
  auto found = c.execute("select m.state, m.kind, m.content is not null and k.key is not null, "
                         "extract(epoch from now() - m.created_at)::bigint from message m "
                         "left join person_key k on k.person = m.person where m.id = $1 "
                         "for update of m",
                         {id});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::not_found, "no such message");
  const std::string state{found->text(0, 0)}, kind{found->text(0, 1)};
  const std::chrono::seconds age{found->integer(0, 3)};
  if (const auto why = obstacle(state, kind, found->boolean(0, 2), age))
    return *why;
  if (state != "given_up")
    return false;
  // News of an order counts as new from now on; the end of a link does not move.
  auto queued = c.execute("update message set state = 'queued', attempts = 0, next_at = now(), "
                          "created_at = case when kind like 'order_%' then now() else created_at "
                          "end, last_error = '' where id = $1",
                          {id});
  if (!queued)
    return queued.error();
  if (auto closed = operators::remove(c, "message/" + id, kind); !closed)
    return closed.error();
  return true;
}

} // namespace

void repost::send_again(std::string id, callback<bool> done) {
  rows_.ask(
      [id = std::move(id)](connection& c) {
        return persistence::sql::in_transaction(
            c, [&](connection& same) { return queue_again(same, id); });
      },
      std::move(done));
}

} // namespace souk::notification
