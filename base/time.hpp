// Time as souk knows it: the database's wall clock for what is recorded, a monotonic one for
// waiting. Both are handed to whoever needs them, so that the simulation runs the real code.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace souk {

using microseconds = std::chrono::microseconds;
/// Microseconds since the Unix epoch, UTC, as the database sees it.
using time_point = std::chrono::sys_time<microseconds>;
using namespace std::chrono_literals;

/// Thread-safe. Implementations: app/system_clock (real), tests/kit and the simulation (virtual).
class clock {
public:
  virtual ~clock() = default;
  /// The database's time, estimated; never goes back on one node.
  virtual time_point now() const = 0;
  /// Monotonic time for deadlines and back-off; its zero means nothing.
  virtual std::chrono::nanoseconds monotonic() const = 0;
};

inline constexpr time_point never = time_point::max();

/// RFC 3339 in UTC with milliseconds: "2026-11-21T09:30:00.125Z".
std::string to_rfc3339(time_point t);
/// The inverse, accepting any fraction and only 'Z' as zone.
result<time_point> parse_rfc3339(std::string_view text);

inline int64_t to_micros(time_point t) { return t.time_since_epoch().count(); }
inline time_point from_micros(int64_t us) { return time_point{microseconds{us}}; }

} // namespace souk
