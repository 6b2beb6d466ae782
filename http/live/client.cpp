#include "http/live/client.hpp"

#include "http/live/service.hpp"

namespace souk::live {

client::client(service& at, visitor who, client_limits limits)
    : at_(at), who_(std::move(who)), limits_(limits) {}

void client::begin(std::shared_ptr<http::wire> over) {
  {
    std::lock_guard hold(guard_);
    wire_ = std::move(over);
  }
  at_.arrived(shared_from_this());
}

void client::ended() {
  at_.left(*this);
  std::lock_guard hold(guard_);
  wire_ = nullptr;
}

message client::take() {
  std::lock_guard hold(guard_);
  return outbox_.take();
}

void client::tell(const std::string& topic, message text) { say(topic, std::move(text)); }

void client::say(std::string_view topic, message text) {
  std::shared_ptr<http::wire> to;
  bool has_room = false;
  {
    std::lock_guard hold(guard_);
    has_room = outbox_.put(topic, std::move(text));
    to = wire_;
  }
  at_.counted.told.Increment();
  if (!has_room)
    close(close_code::try_again, "too much waits to be read");
  else if (to)
    to->wake();
}

void client::close(close_code why, std::string reason) {
  std::shared_ptr<http::wire> to;
  {
    std::lock_guard hold(guard_);
    to = std::exchange(wire_, nullptr);
  }
  if (!to)
    return;
  at_.counted.dropped.Increment();
  to->close(static_cast<uint16_t>(why), std::move(reason));
}

/// A message costs a share of the burst, which fills up again with time.
bool client::is_too_fast() {
  const auto now = at_.now();
  budget_until_ = std::max(budget_until_, now) + limits_.per_message;
  return budget_until_ - now > limits_.burst * limits_.per_message;
}

void client::heard(std::string text, bool is_text) {
  at_.counted.heard.Increment();
  if (!is_text)
    return close(close_code::unsupported, "messages are JSON in text");
  if (is_too_fast())
    return close(close_code::policy, "too many messages");
  const auto wanted = parse_request(text);
  if (!wanted) {
    say({}, std::make_shared<const std::string>(render_error({}, wanted.error())));
    if (++malformed_ >= limits_.malformed)
      close(close_code::unsupported, "too many messages that say nothing");
    return;
  }
  if (const auto* more = std::get_if<subscribe>(&*wanted))
    return answer(*more);
  if (const auto* less = std::get_if<unsubscribe>(&*wanted)) {
    at_.unsubscribe(*this, less->name);
    std::lock_guard hold(guard_);
    return outbox_.drop(less->name);
  }
  say({}, std::make_shared<const std::string>(render_pong(std::get<ping>(*wanted).number)));
}

void client::answer(const subscribe& wanted) {
  const auto refuse = [&](const failure& why) {
    say({}, std::make_shared<const std::string>(render_error(wanted.name, why)));
  };
  const auto to = parse_topic(wanted.name);
  if (!to)
    return refuse(to.error());
  right by{.user_id = who_.user_id};
  if (to->kind == topic_kind::order) {
    by.proven = who_.is_staff || who_.proves(to->key, wanted.token);
    // No look-up for those who can have no right: ids must not be tried on our account.
    if (!by.proven && by.user_id.empty())
      return refuse(fail(errc::not_found, "no such order"));
  }
  if (auto done = at_.subscribe(*this, *to, wanted.since, std::move(by)); !done)
    refuse(done.error());
}

void client::check_again() {
  if (!who_.check)
    return;
  who_.check([weak = weak_from_this()](const result<bool>& still) {
    const auto self = weak.lock();
    if (!self)
      return;
    const bool is_over = still ? !*still
                               : still.error().code == errc::unauthenticated ||
                                     still.error().code == errc::forbidden;
    if (is_over)
      self->close(close_code::policy, "the session is over");
  });
}

} // namespace souk::live
