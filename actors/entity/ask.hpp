// Asking an entity: a typed command in, a typed reply out.
#pragma once

#include "actors/entity/model.hpp"
#include "cluster/router.hpp"

namespace souk::entity {

/// A request with the command of one model in it.
template <model M>
class model_request final : public cluster::request {
public:
  using answer = std::function<void(result<typename M::reply>)>;

  model_request(entity_id to, cluster::command_meta how, typename M::command what, answer done)
      : request(std::move(to), std::move(how)), command(std::move(what)), done_(std::move(done)) {}

  void refuse(failure why) override { complete(std::move(why)); }

  void complete(result<typename M::reply> outcome) {
    leave();
    if (auto done = std::exchange(done_, nullptr))
      done(std::move(outcome));
  }

  const typename M::command command;

private:
  answer done_;
};

/// Sends `command` to M's entity `key`. `done` gets C::reply or the failure, on any thread; it is not
/// called when the node stops before there is an answer: whoever waits has a deadline of its own.
template <model M, class C>
void ask(cluster::router& route, std::string_view key, C command, cluster::command_meta how,
         callback<typename C::reply> done) {
  route.send(caf::make_counted<model_request<M>>(
      entity_id{M::kind, key}, std::move(how), typename M::command{std::move(command)},
      [done = std::move(done)](result<typename M::reply> outcome) {
        if (!outcome)
          return done(std::move(outcome.error()));
        auto* reply = std::get_if<typename C::reply>(&*outcome);
        SOUK_ASSERT(reply != nullptr, "a model answers a command with its reply type");
        done(std::move(*reply));
      }));
}

} // namespace souk::entity
