// Which refusals of links are written to the log: a peer that knocks again and again, or a stranger
// that scans, must not fill it. The counter souk_links_refused_total counts them all.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace souk::adapters {

/// Single-threaded; `now` is monotonic.
class refusal_log {
public:
  static constexpr std::chrono::seconds once_every{10};
  static constexpr size_t peers_most = 256; ///< others are counted only

  /// `key` names peer and reason. How many of its refusals were left out since its last line;
  /// nothing: this one is left out, too.
  std::optional<uint64_t> line_for(const std::string& key,
                                   std::chrono::steady_clock::time_point now) {
    auto known = lines_.find(key);
    if (known == lines_.end()) {
      std::erase_if(lines_, [&](const auto& l) { return l.second.until <= now; });
      if (lines_.size() >= peers_most)
        return {};
      known = lines_.emplace(key, line{}).first;
    }
    auto& l = known->second;
    if (now < l.until) {
      ++l.left_out;
      return {};
    }
    l.until = now + once_every;
    return std::exchange(l.left_out, 0);
  }

private:
  struct line {
    std::chrono::steady_clock::time_point until{};
    uint64_t left_out = 0;
  };
  std::map<std::string, line> lines_;
};

} // namespace souk::adapters
