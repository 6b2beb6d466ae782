// Postgres' binary formats: big-endian integers, arrays of one dimension, times since 2000.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace souk::persistence::pg {

/// Type numbers from pg_type, stable for ever.
enum oid : unsigned {
  oid_any = 0,
  oid_bool = 16,
  oid_bytea = 17,
  oid_int8 = 20,
  oid_int2 = 21,
  oid_int4 = 23,
  oid_text = 25,
  oid_timestamptz = 1184,
  oid_numeric = 1700,
  oid_jsonb = 3802,
  oid_text_array = 1009,
  oid_int8_array = 1016,
  oid_int4_array = 1007,
  oid_bytea_array = 1001,
  oid_bool_array = 1000,
  oid_timestamptz_array = 1185,
};

template <class Int>
void put(std::string& out, Int value) {
  auto left = static_cast<std::make_unsigned_t<Int>>(value);
  char bytes[sizeof(Int)];
  for (size_t i = sizeof(Int); i-- > 0; left = static_cast<decltype(left)>(uint64_t{left} >> 8))
    bytes[i] = static_cast<char>(left);
  out.append(bytes, sizeof bytes);
}

/// `from` holds at least sizeof(Int) bytes.
template <class Int>
Int get(std::string_view from) {
  std::make_unsigned_t<Int> value = 0;
  for (size_t i = 0; i < sizeof(Int); ++i)
    value = static_cast<decltype(value)>((static_cast<uint64_t>(value) << 8) |
                                         static_cast<unsigned char>(from[i]));
  return static_cast<Int>(value);
}

inline constexpr int64_t epoch_2000_us = 946'684'800'000'000;

/// souk::never and its opposite are Postgres' infinities.
inline int64_t to_postgres(time_point t) {
  const auto us = to_micros(t);
  return t == never || t == time_point::min() ? us : us - epoch_2000_us;
}
inline time_point from_postgres(int64_t us) {
  return us == INT64_MAX || us == INT64_MIN ? from_micros(us) : from_micros(us + epoch_2000_us);
}

/// Builds an array in binary, one element after the other.
class array {
public:
  explicit array(oid element) : element_(element) {}
  void add(std::string_view bytes) {
    put(body_, static_cast<int32_t>(bytes.size()));
    body_.append(bytes);
    ++count_;
  }
  template <class Int>
  requires std::is_integral_v<Int>
  void add_number(Int value) {
    put(body_, static_cast<int32_t>(sizeof(Int)));
    put(body_, value);
    ++count_;
  }
  void add_bool(bool value) { add(value ? std::string_view{"\1", 1} : std::string_view{"\0", 1}); }
  void add_null() {
    put(body_, int32_t{-1});
    ++count_;
    has_null_ = true;
  }
  int32_t size() const { return count_; }
  std::string take() {
    std::string out;
    put(out, int32_t{count_ > 0});
    put(out, int32_t{has_null_});
    put(out, static_cast<int32_t>(element_));
    if (count_ > 0) {
      put(out, count_);
      put(out, int32_t{1});
    }
    return out += body_;
  }

private:
  oid element_;
  int32_t count_ = 0;
  bool has_null_ = false;
  std::string body_;
};

} // namespace souk::persistence::pg
