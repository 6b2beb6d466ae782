// One connection to GET /v1/live: what it says becomes subscriptions, what its topics say waits in
// its outbox until it is written.
#pragma once

#include "http/conversation.hpp"
#include "http/live/hub.hpp"

#include <mutex>

namespace souk::live {

class service;

/// Who is at the other end. Made by the route, from what the upgrade brought.
struct visitor {
  std::string user_id;   ///< empty: a guest, or an API key
  bool is_staff = false; ///< may read anyone's orders
  /// True where `token`, or what came with the upgrade, proves the right to this order.
  std::function<bool(const std::string& order, const std::string& token)> proves;
  /// Asks again who this is; a failure ends the connection when it says unauthenticated or
  /// forbidden. Empty for those who brought nothing that could end.
  std::function<void(callback<bool> still)> check;
};

struct client_limits {
  int malformed = 10;                        ///< messages; then it is closed
  int burst = 200;                           ///< messages at once …
  std::chrono::milliseconds per_message{50}; ///< … and one more each
};

class client final : public http::conversation,
                     public listener,
                     public std::enable_shared_from_this<client> {
public:
  client(service& at, visitor who, client_limits limits = {});

  void begin(std::shared_ptr<http::wire> over) override;
  void heard(std::string text, bool is_text) override;
  message take() override;
  void ended() override;
  size_t message_max() const override { return heard_bytes_max; }

  void tell(const std::string& topic, message text) override;
  /// Thread-safe; asks visitor.check and closes where the session is over.
  void check_again();

private:
  void answer(const subscribe& wanted);
  void say(std::string_view topic, message text);
  void close(close_code why, std::string reason);
  bool is_too_fast();

  service& at_;
  const visitor who_;
  const client_limits limits_;
  int malformed_ = 0;
  std::chrono::nanoseconds budget_until_{0}; ///< when all of the burst is there again
  std::mutex guard_;                         ///< of what follows
  outbox outbox_;
  std::shared_ptr<http::wire> wire_;
};

} // namespace souk::live
