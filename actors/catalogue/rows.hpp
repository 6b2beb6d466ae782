// What the catalogue's statements share: what may reach Postgres, versions, cursors.
#pragma once

#include "actors/catalogue/messages.hpp"
#include "base/utf8.hpp"
#include "persistence/sql.hpp"

namespace souk::catalogue {

inline constexpr size_t locales_asked_max = 8;

/// "de-AT,fr" → de-AT, de, fr: what to look for, best first; ends where the shop's own language is
/// wanted. What cannot be a locale is left out, because Postgres fails on what is not UTF-8.
std::vector<std::string> locales_of(const std::string& preferred);

/// Where a page ended: how it was sorted, the sort key and the id of its last row.
struct cursor_position {
  std::string order;
  std::string key;
  std::string id;
};
std::string render_cursor(const cursor_position& p);
/// errc::invalid for what render_cursor did not make in this order (empty: in any).
result<cursor_position> parse_cursor(const std::string& cursor, std::string_view order = {});
std::optional<int64_t> whole_number(const std::string& text);
/// errc::invalid unless 1 to page_max.
result<void> check_limit(size_t limit);
/// The words of a query as a tsquery whose last word is a beginning: 'red' & 'sho':*
std::string prefix_query(std::string_view query);

/// errc::precondition_failed when something is expected and it is another version.
result<void> expect_version(std::optional<int64_t> expected, int64_t version);

/// Raises a product's version unless it has risen above `from` already.
result<void> raise_version(persistence::sql::connection& c, const std::string& product,
                           int64_t from);

/// errc::conflict about one field.
failure conflict_at(std::string field, std::string code, std::string detail);

} // namespace souk::catalogue
