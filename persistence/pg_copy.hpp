// Rows for COPY … FROM STDIN (FORMAT binary): many new rows in one message, without a statement's
// arrays in between. Sent with pg_connection::copy_in.
#pragma once

#include "persistence/pg_codec.hpp"

#include <optional>
#include <vector>

namespace souk::persistence::pg {

/// Builds one COPY message, row after row, column after column.
class copy_rows {
public:
  explicit copy_rows(int16_t columns) : columns_(columns) {}

  void begin_row() {
    put(bytes_, columns_);
    ++rows_;
  }
  void text(std::string_view value) {
    put(bytes_, static_cast<int32_t>(value.size()));
    bytes_.append(value);
  }
  void null() { put(bytes_, int32_t{-1}); }
  /// Null when it is empty.
  void filled_text(std::string_view value) { value.empty() ? null() : text(value); }
  template <class Int>
  void number(Int value) {
    put(bytes_, static_cast<int32_t>(sizeof(Int)));
    put(bytes_, value);
  }
  void json(std::string_view value) {
    put(bytes_, static_cast<int32_t>(value.size() + 1));
    bytes_ += '\1'; // the version of jsonb's binary form
    bytes_.append(value);
  }
  void texts(const std::vector<std::string>& values) {
    array out{oid_text};
    for (const auto& value : values)
      out.add(value);
    text(out.take());
  }

  size_t rows() const { return rows_; }
  /// The whole message, once.
  std::string take() { return std::move(bytes_.append("\xff\xff", 2)); }

private:
  int16_t columns_;
  size_t rows_ = 0;
  std::string bytes_{"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19};
};

} // namespace souk::persistence::pg
