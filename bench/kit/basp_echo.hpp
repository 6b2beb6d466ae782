// What CAF's BASP does as it comes, to compare with: two actor systems in this process on loopback,
// one asks, the other answers with the same bytes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace souk::bench {

/// How often `done` rises a second in 2 s, once it is warm.
double per_second(const std::atomic<uint64_t>& done);
/// Round trips a second with `window` of them under way.
double over_basp(int window, size_t bytes);

} // namespace souk::bench
