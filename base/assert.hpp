// Assertions that stay in release: a broken invariant must stop the process before it writes.
#pragma once

namespace souk {
/// Logs `what`, `why` and the place, then aborts. Thread-safe.
[[noreturn]] void assertion_failed(const char* what, const char* why, const char* file, int line);
} // namespace souk

/// Stops the process when `condition` is false. `why` says which promise is broken.
#define SOUK_ASSERT(condition, why)                                                                \
  do {                                                                                             \
    if (!(condition)) [[unlikely]]                                                                 \
      ::souk::assertion_failed(#condition, why, __FILE__, __LINE__);                               \
  } while (false)
