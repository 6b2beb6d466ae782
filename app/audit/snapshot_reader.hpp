// One repeatable-read transaction over everything the audit reads, so that a live shop stands still
// for it; large tables come through cursors, a few megabytes at a time.
#pragma once

#include "persistence/pg_connection.hpp"

#include <memory>
#include <string>

namespace souk::audit {

/// A query's rows one after the other. Not thread-safe; ends with its transaction.
class row_cursor {
public:
  /// `name` is a word of its own within the transaction.
  static result<row_cursor> open(persistence::sql::connection& c, std::string name,
                                 const std::string& query);
  /// Moves on to the next row. False behind the last one.
  result<bool> next();
  bool at_end() const { return ended_; }

  std::string_view text(size_t column) const { return rows_.text(row_, column); }
  int64_t integer(size_t column) const { return rows_.integer(row_, column); }
  time_point time(size_t column) const { return rows_.time(row_, column); }
  /// Valid until next().
  std::string_view bytes(size_t column) const { return rows_.text(row_, column); }

private:
  row_cursor(persistence::sql::connection& c, std::string name, persistence::sql::rows rows)
      : c_(&c), name_(std::move(name)), rows_(std::move(rows)) {}
  result<void> fetch();

  persistence::sql::connection* c_;
  std::string name_;
  persistence::sql::rows rows_;
  size_t row_ = 0;
  bool started_ = false;
  bool ended_ = false;
};

/// Connects and begins. `now` is the moment everything is read as of.
struct snapshot_reader {
  std::unique_ptr<persistence::pg_connection> connection;
  time_point now;
  static result<snapshot_reader> begin(const std::string& url);
};

} // namespace souk::audit
