#include "actors/order/history.hpp"

#include "base/crypto.hpp"

#include <charconv>

namespace souk::order {

namespace {

using persistence::sql::connection;
using persistence::sql::rows;

/// Where a page ended: the creation time and id of its last row.
struct position {
  time_point at;
  std::string id;
};

std::string to_cursor(const order_row& last) {
  return base64url(std::to_string(to_micros(last.created_at)) + " " + last.id);
}

result<position> parse_cursor(const std::string& cursor) {
  const auto wrong = [] { return fail_field("cursor", "invalid", "not a cursor of this list"); };
  const auto text = parse_base64url(cursor);
  if (!text)
    return wrong();
  int64_t micros = 0;
  const auto space = text->find(' ');
  if (space == std::string::npos ||
      std::from_chars(text->data(), text->data() + space, micros).ptr != text->data() + space)
    return wrong();
  return position{from_micros(micros), text->substr(space + 1)};
}

result<order_page> to_page(const rows& found, size_t limit) {
  order_page page;
  for (size_t i = 0; i < found.size() && i < limit; ++i) {
    const auto unit = currency::parse(found.text(i, 4));
    if (!unit)
      return unit.error();
    page.items.push_back({std::string(found.text(i, 0)),
                          std::string(found.text(i, 1)),
                          std::string(found.text(i, 2)),
                          {found.integer(i, 3), *unit},
                          found.time(i, 5)});
  }
  if (found.size() > limit)
    page.next_cursor = to_cursor(page.items.back());
  return page;
}

constexpr auto columns =
    "select order_id, number, status, total, currency, created_at from order_summary ";

} // namespace

void history::of_user(std::string user_id, size_t limit, std::string cursor,
                      callback<order_page> done) {
  position from{time_point{std::chrono::sys_days{std::chrono::year{9000} / 1 / 1}}, ""};
  if (!cursor.empty()) {
    auto parsed = parse_cursor(cursor);
    if (!parsed)
      return done(parsed.error());
    from = *parsed;
  }
  rows_.ask(
      [=](connection& c) -> result<order_page> {
        const auto found = c.execute(std::string(columns) +
                                         "where user_id = $1 and (created_at, order_id) < ($2, $3) "
                                         "order by created_at desc, order_id desc limit $4",
                                     {user_id, from.at, from.id, static_cast<int64_t>(limit) + 1});
        return found ? to_page(*found, limit) : found.error();
      },
      std::move(done));
}

void history::open_orders(size_t limit, std::string cursor, callback<order_page> done) {
  position from{time_point{}, ""};
  if (!cursor.empty()) {
    auto parsed = parse_cursor(cursor);
    if (!parsed)
      return done(parsed.error());
    from = *parsed;
  }
  rows_.ask(
      [=](connection& c) -> result<order_page> {
        const auto found = c.execute(
            std::string(columns) +
                "where status not in ('delivered', 'rejected', 'cancelled', 'refunded') "
                "and (created_at, order_id) > ($1, $2) order by created_at, order_id limit $3",
            {from.at, from.id, static_cast<int64_t>(limit) + 1});
        return found ? to_page(*found, limit) : found.error();
      },
      std::move(done));
}

} // namespace souk::order
