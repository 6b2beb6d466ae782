#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace souk {

void assertion_failed(const char* what, const char* why, const char* file, int line) {
  std::fprintf(stderr, "assertion failed: %s (%s) at %s:%d\n", what, why, file, line);
  std::fflush(stderr);
  std::abort();
}

} // namespace souk
