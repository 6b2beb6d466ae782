// What the change feed carries: rows of journal and catalogue tables, as they were committed.
#pragma once

#include "persistence/sql.hpp"

#include <memory>

namespace souk::persistence {

/// Describes a table's columns; shared by all its changes.
struct feed_table {
  struct column {
    std::string name;
    unsigned type = 0; ///< number in pg_type
  };
  std::string name;
  std::vector<column> columns;
};

/// One row that changed. Columns are read by name; an unknown name is a programmer's error.
class feed_change {
public:
  enum class kind : uint8_t { insert, update, remove };

  feed_change(kind what, std::shared_ptr<const feed_table> table,
              std::vector<std::optional<std::string>> values);

  kind what() const { return what_; }
  const std::string& table() const { return table_->name; }
  /// Null in the row, not part of the key (remove), or a large value that an update left alone.
  bool is_null(std::string_view column) const { return !value(column).has_value(); }
  std::string_view text(std::string_view column) const;
  int64_t integer(std::string_view column) const;
  bool boolean(std::string_view column) const;
  std::string_view bytea(std::string_view column) const;
  time_point time(std::string_view column) const;

private:
  size_t index_of(std::string_view column) const;
  const std::optional<std::string>& value(std::string_view column) const {
    return values_[index_of(column)];
  }

  kind what_;
  std::shared_ptr<const feed_table> table_;
  std::vector<std::optional<std::string>> values_; ///< Postgres' binary format
};

} // namespace souk::persistence
