// Entropy for tests: the same bytes in every run of a seed.
#pragma once

#include "base/ids.hpp"

#include <mutex>
#include <random>

namespace souk::tests {

/// Thread-safe.
class seeded_entropy final : public entropy {
public:
  explicit seeded_entropy(uint64_t seed = 42) : random_(seed) {}
  void fill(std::span<unsigned char> out) override {
    std::lock_guard lock{guard_};
    for (auto& byte : out)
      byte = static_cast<unsigned char>(random_());
  }

private:
  std::mutex guard_;
  std::mt19937_64 random_;
};

} // namespace souk::tests
