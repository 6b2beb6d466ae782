#include "app/mailing.hpp"

#include "actors/notification/order_news.hpp"
#include "adapters/smtp_mailer.hpp"
#include "app/runtime.hpp"
#include "base/log.hpp"
#include "http/mail_catcher.hpp"

namespace souk::app {

namespace {

bool is_loopback(std::string_view host) {
  return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]") ||
         host == "::1";
}

/// A node on loopback may still stand behind a proxy; then its public address tells.
bool is_private(const config& c) {
  const std::string_view url = c.http.public_url;
  const auto host = url.find("://");
  return is_loopback(c.http.address) && host != std::string_view::npos &&
         is_loopback(url.substr(host + 3));
}

/// Lends the one catcher to a lane.
class lent final : public notification::mailer {
public:
  explicit lent(notification::mailer& to) : to_(to) {}
  result<void> send(const notification::mail& m, std::stop_token stop) override {
    return to_.send(m, std::move(stop));
  }

private:
  notification::mailer& to_;
};

} // namespace

mailing::mailing(const config& c, persistence::sql::pool& rows, const clock& time, entropy& random)
    : config_(c), time_(time), random_(random) {
  if (c.mail.smtp_url.empty() && (c.mail.catcher == 1 || is_private(c)))
    caught_.emplace(rows);
}

std::shared_ptr<persistence::feed_consumer>
mailing::follow_orders(std::function<std::string(const std::string& order_id)> access_token) const {
  return notification::make_order_news(time_, {.public_url = config_.http.public_url,
                                               .language = config_.mail.language,
                                               .access_token = std::move(access_token)});
}

void mailing::add_routes(http::router& to) {
  if (caught_)
    http::add_mail_catcher_routes(to, *caught_);
}

void mailing::start() {
  if (!caught_ && config_.mail.smtp_url.empty()) {
    log::warn("mail.nowhere", {{"why", "mail.smtp_url is not set: messages wait in the queue"}});
    return;
  }
  outbox_.emplace(
      outbox_options{.connection =
                         runtime::postgres_options(config_, "souk/" + config_.node.name + "/mail"),
                     .lanes = config_.mail.lanes,
                     .shop = {.name = config_.mail.name,
                              .public_url = config_.http.public_url,
                              .language = config_.mail.language},
                     .sending = {.from = {config_.mail.from, config_.mail.name}}},
      [this] { return make_mailer(); }, random_);
}

std::unique_ptr<notification::mailer> mailing::make_mailer() {
  if (caught_)
    return std::make_unique<lent>(*caught_);
  const auto& from = config_.mail.from;
  return std::make_unique<adapters::smtp_mailer>(
      adapters::smtp_options{.url = config_.mail.smtp_url,
                             .user = config_.mail.smtp_user,
                             .password = config_.mail.smtp_password,
                             .starttls = config_.mail.starttls == 1,
                             .host = from.substr(from.find('@') + 1)});
}

} // namespace souk::app
