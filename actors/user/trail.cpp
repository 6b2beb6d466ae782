#include "actors/user/trail.hpp"

#include <algorithm>

namespace souk::user {

namespace sql = persistence::sql;

namespace {

constexpr size_t text_bytes_max = 1'000;

/// Postgres takes no other bytes; what is cut or changed here was never a path of ours.
std::string as_text(std::string_view bytes) {
  std::string out{bytes.substr(0, text_bytes_max)};
  std::ranges::replace_if(
      out, [](char c) { return c < 0x20 || c == 0x7f; }, '?');
  return out;
}

sql::parameter or_null(const std::optional<time_point>& t) {
  return t ? sql::parameter{*t} : sql::parameter{nullptr};
}

recorded_action action_of(const sql::rows& r, size_t i) {
  const auto text = [&](size_t column) { return std::string{r.text(i, column)}; };
  return {.id = text(0),
          .what = {text(1), text(2), text(3), text(4), text(5)},
          .at = r.time(i, 6),
          .status = r.is_null(i, 7) ? std::optional<int64_t>{} : r.integer(i, 7)};
}

} // namespace

void trail::begin(action what, callback<std::string> done) {
  auto work = [this, what = std::move(what)](sql::connection& c) -> result<std::string> {
    const auto now = time_.now();
    auto id = make_uuid7(now, random_);
    auto kept = c.execute(
        "insert into audit_action (id, actor, operation, target, trace_id, "
        "client, at) values ($1, $2, $3, $4, $5, $6, $7)",
        {id, what.actor, what.operation, as_text(what.target), what.trace_id, what.client, now});
    if (!kept)
      return kept.error();
    return id;
  };
  rows_.ask(std::move(work), std::move(done));
}

void trail::end(std::string id, int status, callback<bool> done) {
  auto work = [id = std::move(id), status](sql::connection& c) -> result<bool> {
    auto kept = c.execute("insert into audit_outcome (action, status) values ($1, $2::bigint)",
                          {id, static_cast<int64_t>(status)});
    return kept ? result<bool>{true} : kept.error();
  };
  rows_.ask(std::move(work), std::move(done));
}

void trail::list(trail_filter which, size_t limit, std::string cursor, callback<trail_page> done) {
  if (!cursor.empty() && !is_plausible_id(cursor))
    return done(fail_field("cursor", "invalid", "not a cursor of this list"));
  auto work = [which = std::move(which), limit,
               cursor = std::move(cursor)](sql::connection& c) -> result<trail_page> {
    auto found = c.execute(
        "select a.id, a.actor, a.operation, a.target, a.trace_id, a.client, a.at, "
        "o.status::bigint from audit_action a left join audit_outcome o on o.action = a.id "
        "where ($1::text = '' or a.actor = $1) and ($2::text = '' or a.operation = $2) "
        "and starts_with(a.target, $3::text) and ($4::timestamptz is null or a.at >= $4) "
        "and ($5::timestamptz is null or a.at < $5) and ($6::text = '' or a.id < $6) "
        "order by a.id desc limit $7::bigint",
        {which.actor, which.operation, which.target, or_null(which.from), or_null(which.until),
         cursor, static_cast<int64_t>(limit) + 1});
    if (!found)
      return found.error();
    trail_page page;
    for (size_t i = 0; i < std::min(found->size(), limit); ++i)
      page.items.push_back(action_of(*found, i));
    if (found->size() > limit)
      page.next_cursor = page.items.back().id;
    return page;
  };
  rows_.ask(std::move(work), std::move(done));
}

} // namespace souk::user
