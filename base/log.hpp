// Structured logs: one JSON object a line on stderr, the event's id first. spdlog stays behind
// log.cpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace souk::log {

enum class level : uint8_t { debug, info, warn, error };

/// One named value; text is escaped.
struct field {
  std::string_view name;
  std::variant<std::string_view, int64_t, bool> value;
  field(std::string_view n, std::string_view v) : name(n), value(v) {}
  field(std::string_view n, const std::string& v) : name(n), value(std::string_view{v}) {}
  field(std::string_view n, const char* v) : name(n), value(std::string_view{v}) {}
  field(std::string_view n, bool v) : name(n), value(v) {}
  template <class Int>
  requires std::is_integral_v<Int> field(std::string_view n, Int v)
      : name(n), value(static_cast<int64_t>(v)) {}
};

/// Once at start. `format` is "json" or "text".
void start(level least, std::string_view format);

/// `event` is "<room>.<what happened>", for example "journal.conflict". Never logs secrets: that is
/// the caller's duty. Thread-safe.
void write(level at, std::string_view event, std::initializer_list<field> fields = {});

inline void debug(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::warn, event, fields);
}
inline void error(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::error, event, fields);
}

} // namespace souk::log
