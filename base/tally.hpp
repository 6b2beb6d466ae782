// How often things happened, by their names: what a simulation claims to do is counted, not
// believed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace souk {

/// Single-threaded.
class tally {
public:
  void note(std::string_view what) { note(what, 1); }
  void note(std::string_view what, uint64_t times) {
    if (const auto it = counts_.find(what); it != counts_.end())
      it->second += times;
    else
      counts_.emplace(what, times);
  }
  void add(const tally& other) {
    for (const auto& [what, times] : other.counts_)
      note(what, times);
  }
  uint64_t of(std::string_view what) const {
    const auto it = counts_.find(what);
    return it == counts_.end() ? 0 : it->second;
  }
  const std::map<std::string, uint64_t, std::less<>>& all() const { return counts_; }

private:
  std::map<std::string, uint64_t, std::less<>> counts_;
};

} // namespace souk
