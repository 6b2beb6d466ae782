// Asking an entity: a typed command in, a typed reply out.
#pragma once

#include "cluster/router.hpp"

#include <variant>

namespace souk::entity {

/// A read needs no id of its own.
cluster::command_meta read_meta(const cluster::command_meta& of);
/// The id of one step of a request with several.
cluster::command_meta step_meta(const cluster::command_meta& of, std::string_view step);

/// What came over an agreed link and is not understood, because its sender is of a newer version:
/// counted, and logged once a kind of entity. The command was not carried out.
failure unknown_command(std::string_view kind, const failure& why);
/// The same of a reply. What the command did is not known.
failure unknown_reply(std::string_view kind, const failure& why);

/// A request with one of a domain's commands in it.
template <class Command, class Reply>
class command_request : public cluster::request {
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

/// One that may go to another node: its domain says how.
template <class Domain>
class travelling_request final
    : public command_request<typename Domain::command, typename Domain::reply> {
public:
  using base = command_request<typename Domain::command, typename Domain::reply>;
  using base::base;
  result<std::string> encoded() const override { return Domain::encode(this->command); }
  void answered(std::string_view bytes) override {
    auto reply = Domain::decode_reply(bytes);
    if (reply)
      this->complete(std::move(reply));
    else
      this->complete(unknown_reply(Domain::kind, reply.error()));
  }
};

/// A domain that does not say how its messages travel stays on its node.
template <class Domain>
using request_of = std::conditional_t < requires {
  Domain::decode_reply(std::string_view{});
}
, travelling_request<Domain>, command_request < typename Domain::command, typename Domain::reply >>
    ;

/// One that came from another node.
template <class Domain>
class received_request final
    : public command_request<typename Domain::command, typename Domain::reply> {
public:
  using base = command_request<typename Domain::command, typename Domain::reply>;
  using base::base;
  bool is_from_afar() const override { return true; }
};

/// How the router takes in a domain's commands from other nodes.
template <class Domain>
cluster::receive_command receiver() {
  return [](entity_id to, cluster::command_meta how, std::string_view bytes,
            cluster::respond answer) -> cluster::request_ptr {
    auto command = Domain::decode_command(bytes);
    if (!command) {
      answer(unknown_command(Domain::kind, command.error()));
      return nullptr;
    }
    return caf::make_counted<received_request<Domain>>(
        std::move(to), std::move(how), std::move(*command),
        [answer = std::move(answer)](result<typename Domain::reply> outcome) {
          answer(outcome ? result<std::string>{Domain::encode(*outcome)} : outcome.error());
        });
  };
}

/// Sends `command` to the entity `key` of a domain, named by its `contract` (messages.hpp: kind,
/// command, reply). `done` gets C::reply or the failure, on any thread; it is not called when the
/// node stops before there is an answer: whoever waits has a deadline of its own.
template <class Domain, class C>
void ask(cluster::router& route, std::string_view key, C command, cluster::command_meta how,
         callback<typename C::reply> done) {
  route.send(caf::make_counted<request_of<Domain>>(
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
