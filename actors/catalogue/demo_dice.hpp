// The demo's chance: SplitMix64, a few instructions, the same numbers on every machine, for ever.
#pragma once

#include "base/ids.hpp"

#include <cstdint>

namespace souk::catalogue::demo {

class dice final : public entropy {
public:
  dice(uint64_t seed, uint64_t index)
      : state_(seed * 0x9E3779B97F4A7C15u ^ (index + 1) * 0xD1B54A32D192ED03u) {}

  uint64_t next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
  }
  /// least to most, both included.
  int64_t between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(next() % static_cast<uint64_t>(most - least + 1));
  }
  bool one_in(uint64_t n) { return next() % n == 0; }
  template <class List>
  const auto& one_of(const List& from) {
    return from[next() % from.size()];
  }
  void fill(std::span<unsigned char> out) override {
    for (auto& byte : out)
      byte = static_cast<unsigned char>(next());
  }

private:
  uint64_t state_;
};

} // namespace souk::catalogue::demo
