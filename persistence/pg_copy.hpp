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
  explicit copy_rows(int16_t columns) : columns_(columns) { clear(); }

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
  /// The whole message. Adds nothing: it may be asked for again.
  std::string message() const { return bytes_ + std::string{"\xff\xff", 2}; }
  void clear() {
    bytes_.assign("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19);
    rows_ = 0;
  }

private:
  int16_t columns_;
  size_t rows_ = 0;
  std::string bytes_;
};

} // namespace souk::persistence::pg
