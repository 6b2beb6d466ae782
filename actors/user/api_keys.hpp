// What API keys are worth, remembered for a moment so that not every call asks Postgres.
#pragma once

#include "actors/user/service.hpp"

#include <mutex>
#include <unordered_map>

namespace souk::user {

/// Thread-safe. Holds good keys only, by hash; bounded by api_keys_cached_max.
class service::key_cache {
public:
  std::optional<api_key> find(const std::string& hash, std::chrono::nanoseconds now);
  void put(const std::string& hash, api_key key, std::chrono::nanoseconds now);
  void clear();

private:
  struct entry {
    api_key key;
    std::chrono::nanoseconds at;
  };
  std::mutex guard_;
  std::unordered_map<std::string, entry> entries_;
};

} // namespace souk::user
