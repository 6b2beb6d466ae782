#include "actors/notification/sender.hpp"

#include "actors/operators/queue.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"

#include <array>
#include <bit>

namespace souk::notification {

namespace {

metrics::counter& count_of(const char* outcome) {
  return metrics::make_counter("souk_actors_messages_total",
                               "attempts to send messages, by what became of them",
                               {{"outcome", outcome}});
}

uint64_t draw(entropy& random) {
  std::array<unsigned char, 8> bytes{};
  random.fill(bytes);
  return std::bit_cast<uint64_t>(bytes);
}

/// What servers answer names the receiver; rows, logs and operators' pages do not.
std::string without(std::string text, const std::string& receiver) {
  if (receiver.empty())
    return text;
  for (size_t at = text.find(receiver); at != std::string::npos; at = text.find(receiver, at))
    text.replace(at, receiver.size(), "…");
  return text;
}

} // namespace

std::chrono::hours useful_for(kind k) {
  switch (k) {
  case kind::order_confirmed:
  case kind::order_shipped:
    return order_news_useful;
  case kind::check_address:
  case kind::reset_password:
  case kind::address_changed:
  case kind::password_changed:
    return account_news_useful;
  }
  return account_news_useful;
}

sender::sender(const templates& texts, mailer& out, entropy& random, sender_options how)
    : texts_(texts), out_(out), random_(random), options_(std::move(how)) {}

result<bool> sender::send_next(persistence::sql::connection& c, std::stop_token stop) {
  auto due = lease_due(c, 1, options_.lease);
  if (!due)
    return due.error();
  if (due->empty())
    return false;
  auto done = deal_with(c, due->front(), std::move(stop));
  return done ? result<bool>{true} : done.error();
}

result<bool> sender::deal_with(persistence::sql::connection& c, const due_message& due,
                               std::stop_token stop) {
  if (!due.content && due.content.error().code == errc::not_found) {
    count_of("erased").Increment();
    return give_up(c, due.id, "erased");
  }
  if (!due.content)
    return fail_for_good(c, due, due.content.error().detail);
  const auto known = parse_kind(due.kind);
  if (due.age >= useful_for(known.value_or(kind::order_confirmed)))
    return fail_for_good(c, due, "too late to be of use");
  if (due.attempts > attempts_max)
    return fail_for_good(c, due, "tried too often");
  if (!known)
    return fail_for_now(c, due, "this node has no text for it");
  auto text = texts_.render(*due.content);
  auto sent = out_.send({.id = due.id,
                         .from = options_.from,
                         .to = {due.content->to, due.content->name},
                         .subject = std::move(text.subject),
                         .text = std::move(text.text),
                         .html = std::move(text.html),
                         .locale = std::move(text.language),
                         .date = due.created_at},
                        std::move(stop));
  if (sent) {
    count_of("sent").Increment();
    return mark_sent(c, due.id);
  }
  const auto why = without(sent.error().detail, due.content->to);
  return sent.error().code == errc::invalid ? fail_for_good(c, due, why)
                                            : fail_for_now(c, due, why);
}

result<bool> sender::fail_for_now(persistence::sql::connection& c, const due_message& due,
                                  const std::string& why) {
  count_of("failed").Increment();
  log::warn("message.failed",
            {{"id", due.id}, {"kind", due.kind}, {"attempts", due.attempts}, {"why", why}});
  return mark_failed(c, due.id, why,
                     options_.wait.after(static_cast<int>(due.attempts), draw(random_)));
}

result<bool> sender::fail_for_good(persistence::sql::connection& c, const due_message& due,
                                   const std::string& why) {
  count_of("given_up").Increment();
  log::error("message.given_up", {{"id", due.id}, {"kind", due.kind}, {"why", why}});
  return persistence::sql::in_transaction(c, [&](auto&) -> result<bool> {
    auto gone = give_up(c, due.id, why);
    if (!gone || !*gone)
      return gone;
    if (auto told = operators::put(c, "message/" + due.id, due.kind, due.attempts, why); !told)
      return told.error();
    return gone;
  });
}

} // namespace souk::notification
