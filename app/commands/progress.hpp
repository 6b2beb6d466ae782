// One line on stderr that says how far a long command is, how fast, and how long it will take.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <unistd.h>
#include <utility>

namespace souk::app {

/// Used by one thread at a time.
class progress {
public:
  /// `total` 0: unknown.
  explicit progress(std::string what, size_t total = 0) : what_(std::move(what)), total_(total) {}

  /// Shown at most five times a second on a terminal, every ten seconds elsewhere.
  void show(size_t done) {
    const auto now = clock::now();
    if (now - shown_ <
        (terminal_ ? std::chrono::milliseconds{200} : std::chrono::milliseconds{10'000}))
      return;
    shown_ = now;
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - begun_).count();
    const auto rate = done * 1'000 / static_cast<size_t>(std::max<int64_t>(since, 1));
    std::fprintf(stderr, "%s%zu", terminal_ ? "\r\x1b[K" : "", done);
    if (total_ > 0)
      std::fprintf(stderr, " of %zu", total_);
    std::fprintf(stderr, " %s, %zu/s", what_.c_str(), rate);
    if (total_ > done && rate > 0)
      std::fprintf(stderr, ", %zu s left", (total_ - done) / rate);
    std::fprintf(stderr, "%s", terminal_ ? "" : "\n");
  }
  void end() const {
    if (terminal_)
      std::fprintf(stderr, "\r\x1b[K");
  }

private:
  using clock = std::chrono::steady_clock;
  std::string what_;
  size_t total_;
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  clock::time_point begun_ = clock::now();
  clock::time_point shown_ = begun_;
};

} // namespace souk::app
