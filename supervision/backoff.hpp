// How long to wait before trying again: doubling from `first` to `most`, spread by up to a quarter
// so that those who failed together do not return together.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace souk::supervision {

struct backoff {
  std::chrono::milliseconds first{50};
  std::chrono::milliseconds most{30'000};

  /// `failures` ≥ 1; `spread` is any number that differs between callers (a hash).
  std::chrono::milliseconds after(int failures, uint64_t spread) const {
    const auto doublings = std::clamp(failures - 1, 0, 20);
    const auto base = std::min(most.count(), first.count() << doublings);
    return std::chrono::milliseconds{base - base / 4 +
                                     static_cast<int64_t>(spread % 1000) * (base / 4) / 1000};
  }
};

} // namespace souk::supervision
