#include "app/audit/snapshot_reader.hpp"

namespace souk::audit {

namespace {

/// Rows of one fetch: a row of a hot entity may hold a thousand events.
constexpr const char* rows_a_fetch = "400";
/// A cursor over a cold journal may read for long before its first row.
constexpr std::chrono::minutes statement_patience{10};

} // namespace

result<row_cursor> row_cursor::open(persistence::sql::connection& c, std::string name,
                                    const std::string& query) {
  auto declared = c.execute("declare " + name + " no scroll cursor for " + query);
  if (!declared)
    return declared.error();
  row_cursor out{c, std::move(name), std::move(*declared)};
  if (auto first = out.fetch(); !first)
    return first.error();
  return out;
}

result<void> row_cursor::fetch() {
  auto more = c_->execute("fetch " + std::string{rows_a_fetch} + " from " + name_);
  if (!more)
    return more.error();
  rows_ = std::move(*more);
  row_ = 0;
  ended_ = rows_.empty();
  return {};
}

result<bool> row_cursor::next() {
  if (started_ && !ended_ && ++row_ == rows_.size())
    if (auto more = fetch(); !more)
      return more.error();
  started_ = true;
  return !ended_;
}

result<snapshot_reader> snapshot_reader::begin(const std::string& url) {
  persistence::pg_options options;
  options.url = url;
  options.application_name = "souk-audit";
  options.statement_timeout = statement_patience;
  auto opened = persistence::pg_connection::open(options);
  if (!opened)
    return opened.error();
  snapshot_reader out{std::move(*opened), {}};
  // The first query, not begin, takes the snapshot.
  if (auto begun = out.connection->script("begin isolation level repeatable read, read only");
      !begun)
    return begun.error();
  auto now = out.connection->execute("select clock_timestamp()");
  if (!now)
    return now.error();
  out.now = now->time(0, 0);
  return out;
}

} // namespace souk::audit
