// The audit trail, for those who look over the staff's shoulders. It is written in context.cpp.
#include "http/api/fields.hpp"
#include "http/api/routes.hpp"

namespace souk::http {

namespace {

namespace bj = boost::json;

constexpr size_t filter_bytes_max = 200;

/// A moment of the query; nothing when absent.
result<std::optional<time_point>> read_time(const request& in, std::string_view name) {
  const auto text = in.query_value(name);
  if (!text)
    return std::optional<time_point>{};
  const auto at = parse_rfc3339(*text);
  if (!at)
    return fail_field(std::string{name}, "invalid", "must be RFC 3339 in UTC");
  return std::optional{*at};
}

result<user::trail_filter> read_filter(const request& in) {
  user::trail_filter out;
  for (const auto& [name, text] :
       {std::pair{"actor", &out.actor}, {"operation", &out.operation}, {"target", &out.target}}) {
    auto read = read_query(in, name, filter_bytes_max);
    if (!read)
      return read.error();
    *text = std::move(*read);
  }
  for (const auto& [name, at] : {std::pair{"from", &out.from}, {"until", &out.until}}) {
    auto read = read_time(in, name);
    if (!read)
      return read.error();
    *at = *read;
  }
  return out;
}

bj::object json_of(const user::recorded_action& a) {
  bj::object out{{"id", a.id},
                 {"at", to_rfc3339(a.at)},
                 {"actor", a.what.actor},
                 {"operation", a.what.operation},
                 {"target", a.what.target},
                 {"trace_id", a.what.trace_id},
                 {"client", a.what.client},
                 {"status", nullptr}};
  if (a.status)
    out["status"] = *a.status;
  return out;
}

void list_actions(const call& c) {
  auto page = read_page(*c.in);
  if (!page)
    return c.refuse(page.error());
  auto which = read_filter(*c.in);
  if (!which)
    return c.refuse(which.error());
  c.at.trail.list(
      std::move(*which), page->limit, std::move(page->cursor),
      answering<user::trail_page>(c, [](const user::trail_page& found) {
        bj::array items;
        for (const auto& a : found.items)
          items.push_back(json_of(a));
        return page_of(std::move(items), found.next_cursor).with("Cache-Control", "no-store");
      }));
}

} // namespace

void add_audit_trail_routes(router& to, shop& at) {
  to.add(method::get, "/v1/admin/audit-trail", "list_audit_trail",
         for_staff(at, user::permission::read_audit_trail, list_actions),
         {.body_limit = 0, .who = access::admin});
}

} // namespace souk::http
