// Asking an entity: a typed command in, a typed reply out.
#pragma once

#include "cluster/router.hpp"

#include <variant>

namespace souk::entity {

/// A request with one of a domain's commands in it.
template <class Command, class Reply>
class command_request final : public cluster::request {
public:
  using answer = std::function<void(result<Reply>)>;

  command_request(entity_id to, cluster::command_meta how, Command what, answer done)
      : request(std::move(to), std::move(how)), command(std::move(what)), done_(std::move(done)) {}

  void refuse(failure why) override { complete(std::move(why)); }

  void complete(result<Reply> outcome) {
    leave();
    if (auto done = std::exchange(done_, nullptr))
      done(std::move(outcome));
  }

  const Command command;

private:
  answer done_;
};

/// Sends `command` to the entity `key` of a domain, named by its `contract` (messages.hpp: kind,
/// command, reply). `done` gets C::reply or the failure, on any thread; it is not called when the
/// node stops before there is an answer: whoever waits has a deadline of its own.
template <class Domain, class C>
void ask(cluster::router& route, std::string_view key, C command, cluster::command_meta how,
         callback<typename C::reply> done) {
  route.send(caf::make_counted<command_request<typename Domain::command, typename Domain::reply>>(
      entity_id{Domain::kind, key}, std::move(how), typename Domain::command{std::move(command)},
      [done = std::move(done)](result<typename Domain::reply> outcome) {
        if (!outcome)
          return done(std::move(outcome.error()));
        auto* reply = std::get_if<typename C::reply>(&*outcome);
        SOUK_ASSERT(reply != nullptr, "a domain answers a command with its reply type");
        done(std::move(*reply));
      }));
}

} // namespace souk::entity
