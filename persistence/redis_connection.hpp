// One Redis connection over hiredis: commands with a deadline, reconnecting by itself. Redis is a
// convenience in souk: whoever calls goes on without it.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct redisContext;

namespace souk::persistence {

/// What Redis answered; nothing is its nil.
struct redis_reply {
  std::variant<std::nullptr_t, int64_t, std::string, std::vector<redis_reply>> value = nullptr;

  bool is_nil() const { return std::holds_alternative<std::nullptr_t>(value); }
  /// 0 or "" or empty when the reply is of another kind.
  int64_t integer() const;
  const std::string& text() const;
  const std::vector<redis_reply>& items() const;
};

struct redis_options {
  std::string url = "redis://127.0.0.1:6379"; ///< redis://[:password@]host[:port][/database]
  std::chrono::milliseconds connect_timeout{500};
  std::chrono::milliseconds command_timeout{500};
  std::chrono::milliseconds backoff_least{50};
  std::chrono::milliseconds backoff_most{5'000};
};

/// Owned by one thread; blocks it for the timeouts above at most.
class redis_connection {
public:
  /// Connects with the first command. errc::invalid for a URL that is none.
  static result<std::unique_ptr<redis_connection>> make(redis_options options);
  ~redis_connection();
  redis_connection(const redis_connection&) = delete;
  redis_connection& operator=(const redis_connection&) = delete;

  /// One command, for example {"SET", key, value, "PX", "500"}. errc::unavailable when Redis is
  /// away: the command may have happened all the same; at once while the back-off lasts.
  /// errc::internal with Redis' own words when it refuses the command.
  result<redis_reply> command(const std::vector<std::string_view>& words);

private:
  struct address {
    std::string host;
    int port = 6379;
    std::string password;
    std::string database;
  };
  redis_connection(redis_options options, address where)
      : options_(std::move(options)), where_(std::move(where)) {}
  result<void> connect();
  result<redis_reply> send(const std::vector<std::string_view>& words);
  failure lost(std::string why);

  const redis_options options_;
  const address where_;
  redisContext* context_ = nullptr;
  std::chrono::milliseconds backoff_{0};
  std::chrono::steady_clock::time_point next_attempt_{};
};

} // namespace souk::persistence
