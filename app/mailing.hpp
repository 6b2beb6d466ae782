// All of a node's messaging: where mails go by configuration, the threads that send them, the
// consumer that writes news of orders, the page that shows caught ones.
//
//   mail.smtp_url set ─► SMTP      empty, on loopback or mail.catcher = 1 ─► /dev/mail
//                                  empty otherwise ─► messages wait in the queue
#pragma once

#include "actors/notification/catcher.hpp"
#include "app/outbox.hpp"
#include "base/config.hpp"
#include "http/router.hpp"
#include "persistence/feed.hpp"

#include <optional>

namespace souk::app {

class mailing {
public:
  /// All of these outlive it. Sends nothing before start().
  mailing(const config& c, persistence::sql::pool& rows, const clock& time, entropy& random);

  /// For the change feed; `access_token` opens the order to whoever holds the link.
  std::shared_ptr<persistence::feed_consumer>
  follow_orders(std::function<std::string(const std::string& order_id)> access_token) const;
  /// The catcher's pages, where it is on. The router does not outlive this.
  void add_routes(http::router& to);

  void start();
  /// Breaks off what is being sent; it goes out again later.
  void stop() { outbox_.reset(); }

private:
  std::unique_ptr<notification::mailer> make_mailer();

  const config& config_;
  const clock& time_;
  entropy& random_;
  std::optional<notification::catcher> caught_;
  std::optional<outbox> outbox_;
};

} // namespace souk::app
