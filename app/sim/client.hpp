// Everybody who asks a simulated node for something: sends, waits with a deadline, repeats with the
// same command id, and writes down what was asked and answered. Every answer goes past the audit
// first.
#pragma once

#include "actors/entity/ask.hpp"
#include "app/sim/audit.hpp"
#include "app/sim/history.hpp"
#include "app/sim/node.hpp"

#include <memory>

namespace souk::sim {

/// What a request leaves behind when it succeeds.
enum class trace_left : uint8_t { read, maybe, always };

/// A hash over all that happens, to compare two runs of a seed.
class trace {
public:
  void note(uint64_t number) { hash_ = (hash_ ^ number) * 0x100000001b3U + (hash_ >> 29); }
  void note(std::string_view text);
  uint64_t hash() const { return hash_; }

private:
  uint64_t hash_ = 0xcbf29ce484222325U;
};

/// Single-threaded. Outlives all nodes.
class client {
public:
  /// `any` answers a node that runs, or nullptr.
  client(timeline& time, dice& random, audit& watch, history& told, trace& log,
         std::function<node*()> any)
      : time_(time), random_(random), watch_(watch), history_(told), trace_(log),
        any_(std::move(any)) {}

  /// `then` is called once: with the answer, the refusal, or errc::timed_out after the last try.
  template <class Domain, class C>
  void ask(std::string key, C what, trace_left leaves, callback<typename C::reply> then) {
    auto rq = std::make_shared<asking<C>>();
    rq->entity = std::string(Domain::kind) + "/" + key;
    rq->key = std::move(key);
    rq->what = std::move(what);
    rq->leaves = leaves;
    rq->then = std::move(then);
    rq->number = ++asked_;
    if (leaves != trace_left::read)
      rq->id = make_command_id({"simulated client", std::to_string(rq->number)});
    rq->expires = time_.now() + cluster::command_age_max;
    if (!patient_ && random_.percent(hurry_percent))
      rq->expires = time_.now() + random_.millis(5, 1'500);
    send<Domain>(rq);
    if (leaves != trace_left::read && random_.percent(double_click_percent))
      send<Domain>(rq);
  }

  /// From now on nobody is in a hurry, so that all that is asked can be done.
  void be_patient() { patient_ = true; }
  uint64_t asked() const { return asked_; }
  uint64_t answered() const { return answered_; }

private:
  static constexpr int64_t double_click_percent = 5, misuse_percent = 5, hurry_percent = 5,
                           reload_percent = 10;
  static constexpr int tries_max = 12;
  static constexpr std::chrono::seconds patience{8};

  template <class C>
  struct asking {
    std::string entity, key;
    C what;
    trace_left leaves{};
    callback<typename C::reply> then;
    uint64_t number = 0;
    command_id id;
    time_point expires;
    int tries = 0;
    bool over = false;
  };

  template <class C>
  bool gives_up(const asking<C>& rq) const {
    return patient_ ? rq.expires <= time_.now() : rq.tries > tries_max;
  }

  template <class Domain, class C>
  void send(const std::shared_ptr<asking<C>>& rq) {
    if (rq->over)
      return;
    if (++rq->tries; gives_up(*rq)) {
      rq->over = true;
      return rq->then(fail(errc::timed_out, "nobody answers"));
    }
    time_.after(patience, [this, rq, mine = rq->tries] {
      if (mine == rq->tries)
        send<Domain>(rq);
    });
    auto* server = any_();
    if (!server)
      return;
    const bool parks = std::is_same_v<C, order::await_outcome>;
    const cluster::command_meta how{rq->id,
                                    rq->id.empty() ? 0 : rq->number,
                                    parks ? time_.now() + patience / 2 : rq->expires,
                                    {}};
    const std::weak_ptr<const uint64_t> alive = server->alive();
    const auto asked = history_.ask(rq->entity, "somebody at " + server->name(),
                                    typename Domain::command{rq->what}, how.id, how.expires, alive);
    entity::ask<Domain>(server->route(), rq->key, rq->what, how,
                        [=, this](result<typename C::reply> r) {
                          if (!alive.lock())
                            return;
                          history_.hear(asked, r);
                          hear<Domain>(rq, std::move(r));
                        });
  }

  template <class Domain, class C>
  void hear(const std::shared_ptr<asking<C>>& rq, result<typename C::reply> r) {
    trace_.note(rq->number * 64 + (r ? 0 : static_cast<uint64_t>(r.error().code) + 1));
    if (r) {
      watch_.said(rq->entity, *r);
      if (rq->leaves == trace_left::always)
        watch_.recorded(rq->entity, rq->id);
    }
    if (rq->over)
      return;
    if (!r && is_transient(r.error().code) && !gives_up(*rq)) {
      time_.after(random_.millis(50, 1000), [this, rq, mine = rq->tries] {
        if (mine == rq->tries)
          send<Domain>(rq);
      });
      return;
    }
    rq->over = true;
    ++answered_;
    if (r && rq->leaves == trace_left::always && random_.percent(misuse_percent))
      misuse<Domain>(rq);
    if (r && rq->leaves == trace_left::always && random_.percent(reload_percent))
      time_.after(random_.millis(10, 30'000), [this, rq] { reload<Domain>(rq); });
    rq->then(std::move(r));
  }

  /// The same request of a tab that comes back to life, when much has been done since.
  template <class Domain, class C>
  void reload(const std::shared_ptr<asking<C>>& rq) {
    auto* server = any_();
    if (!server || rq->expires <= time_.now())
      return;
    const std::weak_ptr<const uint64_t> alive = server->alive();
    const cluster::command_meta how{rq->id, rq->number, rq->expires, {}};
    const auto asked = history_.ask(rq->entity, "somebody again at " + server->name(),
                                    typename Domain::command{rq->what}, how.id, how.expires, alive);
    entity::ask<Domain>(server->route(), rq->key, rq->what, how,
                        [=, this](const result<typename C::reply>& r) {
                          if (alive.lock())
                            history_.hear(asked, r);
                        });
  }

  /// Another request under the id of one that was acknowledged.
  template <class Domain, class C>
  void misuse(const std::shared_ptr<asking<C>>& rq) {
    auto* server = any_();
    if (!server)
      return;
    const std::weak_ptr<const uint64_t> alive = server->alive();
    const cluster::command_meta how{rq->id, ~rq->number, time_.now() + patience, {}};
    entity::ask<Domain>(
        server->route(), rq->key, rq->what, how, [=, this](const result<typename C::reply>& r) {
          const auto is_final = r || !is_transient(r.error().code);
          if (alive.lock() && is_final && (r || r.error().code != errc::idempotency_mismatch))
            watch_.complain(rq->entity, "took a key for another request's (I5)");
        });
  }

  timeline& time_;
  dice& random_;
  audit& watch_;
  history& history_;
  trace& trace_;
  const std::function<node*()> any_;
  uint64_t asked_ = 0, answered_ = 0;
  bool patient_ = false;
};

} // namespace souk::sim
