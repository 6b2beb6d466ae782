// Sends what is queued, one message at a time: at least once, always under the same Message-ID.
//
//   queued ──leased──► sent
//              │ └───► failed ──back-off──► leased …
//              └─────► given_up   refused for good, too often, too late to be of use, or erased
//
// No transaction is open while a mail server talks: a lease is a due time in the future, and who
// dies in between leaves the row to the next one.
#pragma once

#include "actors/notification/mailer.hpp"
#include "actors/notification/store.hpp"
#include "actors/notification/templates.hpp"
#include "base/ids.hpp"
#include "supervision/backoff.hpp"

namespace souk::notification {

struct sender_options {
  mailbox from;
  /// Longer than any attempt takes.
  std::chrono::seconds lease{120};
  supervision::backoff wait{.first = std::chrono::seconds{30}, .most = std::chrono::hours{2}};
};

/// A message that failed this often goes to the operators.
inline constexpr int64_t attempts_max = 50;
/// News of an order is worth sending this long after it was queued.
inline constexpr std::chrono::hours order_news_useful{72};
/// So are links and warnings about an account; the links themselves end sooner or later than this.
inline constexpr std::chrono::hours account_news_useful{24};
std::chrono::hours useful_for(kind k);

/// One thread's; blocking.
class sender {
public:
  sender(const templates& texts, mailer& out, entropy& random, sender_options how);

  /// Leases the message that is due first, sends it and writes down what became of it. False: none
  /// was due. A failure means that Postgres is away: what was sent will be sent again.
  result<bool> send_next(persistence::sql::connection& c, std::stop_token stop);

private:
  result<bool> deal_with(persistence::sql::connection& c, const due_message& due,
                         std::stop_token stop);
  result<bool> fail_for_now(persistence::sql::connection& c, const due_message& due,
                            const std::string& why);
  result<bool> fail_for_good(persistence::sql::connection& c, const due_message& due,
                             const std::string& why);

  const templates& texts_;
  mailer& out_;
  entropy& random_;
  const sender_options options_;
};

} // namespace souk::notification
