// Nodes whose routers and gateways are real and whose links are a list of letters that the test
// looks at, holds back, loses or forges. All in one deterministic actor system.
#pragma once

#include "actors/entity/entity.hpp"
#include "actors/stock/stock.hpp"
#include "cluster/mesh.hpp"
#include "tests/kit/actor_test.hpp"
#include "tests/kit/manual_journal.hpp"

#include <set>

namespace souk::test {

/// What is on its way between nodes, in order. Single-threaded.
class letters {
public:
  struct letter {
    cluster::node_ref from, to;
    std::string text;
  };
  class end;
  using ends = std::pair<cluster::node_ref, cluster::node_ref>;

  static ends between(const cluster::node_ref& a, const cluster::node_ref& b) {
    return a < b ? ends{a, b} : ends{b, a};
  }
  bool is_up(const cluster::node_ref& a, const cluster::node_ref& b) const {
    return up.contains(between(a, b));
  }
  void connect(const cluster::node_ref& a, const cluster::node_ref& b);
  /// What is on its way between the two is lost.
  void cut(const cluster::node_ref& a, const cluster::node_ref& b);
  /// True when there was one to hand over.
  bool deliver_next();
  /// Of `from`, sent so far.
  size_t sent(const cluster::node_ref& from) const {
    return sent_.contains(from) ? sent_.at(from) : 0;
  }

  std::deque<letter> on_the_way;
  std::map<cluster::node_ref, end*> nodes;
  std::set<ends> up;
  std::map<cluster::node_ref, size_t> sent_;
};

class letters::end final : public cluster::links {
public:
  end(letters& all, cluster::node_ref self) : all_(all), self_(std::move(self)) {
    all_.nodes[self_] = this;
  }
  result<void> listen(cluster::link_events heard) override {
    events = std::move(heard);
    return {};
  }
  void open(const cluster::peer&) override {}
  void close(const cluster::node_ref& to) override { all_.up.erase(between(self_, to)); }
  bool send(const cluster::node_ref& to, std::string message) override {
    if (!all_.is_up(self_, to) || message.size() > cluster::link_message_max)
      return false;
    ++all_.sent_[self_];
    all_.on_the_way.push_back({self_, to, std::move(message)});
    return true;
  }
  void stop() override { events = {}; }

  cluster::link_events events;

private:
  letters& all_;
  const cluster::node_ref self_;
};

inline void letters::connect(const cluster::node_ref& a, const cluster::node_ref& b) {
  up.insert(between(a, b));
  nodes.at(a)->events.up(b);
  nodes.at(b)->events.up(a);
}
inline void letters::cut(const cluster::node_ref& a, const cluster::node_ref& b) {
  up.erase(between(a, b));
  std::erase_if(on_the_way,
                [&](const letter& l) { return between(l.from, l.to) == between(a, b); });
  nodes.at(a)->events.down(b, cluster::link_loss::lost);
  nodes.at(b)->events.down(a, cluster::link_loss::lost);
}
inline bool letters::deliver_next() {
  if (on_the_way.empty())
    return false;
  auto next = std::move(on_the_way.front());
  on_the_way.pop_front();
  if (auto* to = nodes.at(next.to); to->events.received)
    to->events.received(next.from, std::move(next.text));
  return true;
}

/// A request whose command and reply are the bytes themselves.
class raw_request final : public cluster::request {
public:
  using answer = std::function<void(result<std::string>)>;
  raw_request(entity_id to, cluster::command_meta how, std::string command, answer done)
      : request(std::move(to), std::move(how)), command_(std::move(command)),
        done_(std::move(done)) {}
  void refuse(failure why) override { done_(std::move(why)); }
  result<std::string> encoded() const override { return command_; }
  void answered(std::string_view reply) override { done_(std::string(reply)); }

private:
  const std::string command_;
  const answer done_;
};

/// Stock cells, and "raw" entities that answer with as many bytes as their command says.
class gateway_pair : public actor_test {
protected:
  struct node {
    node(gateway_pair& in, std::string name)
        : who{std::move(name), 1}, net(in.wires, who), route(in.system, in.time, {}),
          ways(in.system, who, net, route, in.time), env{journal, in.time, breakers, people, {}} {
      journal.commit_at_once = true;
      route.add_kind(std::string(stock::kind), entity::spawner<stock::model>(env, perform),
                     entity::receiver<stock::contract>());
      route.add_kind("raw", {},
                     [](entity_id, cluster::command_meta, std::string_view bytes,
                        cluster::respond answer) -> cluster::request_ptr {
                       answer(std::string(std::stoul(std::string(bytes)), 'x'));
                       return nullptr;
                     });
      route.start({.heard_of = [this](uint64_t version) { heard = std::max(heard, version); },
                   .refresh = [](auto then) { then(); },
                   .emptied = [](uint32_t) {}});
      route.renew_reads(std::chrono::nanoseconds::max());
      EXPECT_TRUE(ways.start([this](const auto& from, const pb::item& what) { take(from, what); },
                             [](const auto&, auto) {}));
    }
    void take(const cluster::node_ref& from, const pb::item& what) {
      ++told;
      if (!what.has_probe())
        return;
      pb::item life;
      life.mutable_alive()->set_round(what.probe());
      ways.tell(from, std::move(life));
    }
    void stop() {
      ways.stop();
      route.stop();
    }
    /// All shards are that node's.
    void follow(uint64_t version, const cluster::node_ref& owner) {
      auto next = std::make_shared<cluster::view>();
      next->version = version;
      next->owners = {{owner, owner == who ? cluster::gateway_actor{} : ways.gate(owner)}};
      next->shards.fill(0);
      for (const auto shard : route.install(next).gained)
        route.open(shard);
    }
    int64_t units(const std::string& cell) {
      const auto it = journal.entities.find(entity_id{stock::kind, cell});
      return it == journal.entities.end() ? 0 : static_cast<int64_t>(it->second.state.seq);
    }

    const cluster::node_ref who;
    letters::end net;
    cluster::router route;
    cluster::mesh ways;
    manual_journal journal;
    struct : supervision::operators_queue {
      void stuck(const entity_id&, const std::string&, int, const failure&) override {}
      void unstuck(const entity_id&, const std::string&) override {}
    } people;
    supervision::circuit_breakers breakers;
    entity::environment env;
    entity::performer<stock::model> perform = [](const auto&, const auto&, auto) {};
    uint64_t heard = 0;
    int told = 0; ///< items that are not about entities
  };

  struct outcome {
    int good = 0, bad = 0;
    std::optional<failure> why;
  };
  using outcome_ptr = std::shared_ptr<outcome>;

  gateway_pair() {
    for (auto* from : {&a, &b, &c})
      for (auto* to : {&a, &b, &c})
        if (from != to)
          from->ways.open({to->who, "", 0});
    for (auto* n : {&a, &b, &c})
      n->follow(1, b.who);
    wires.connect(a.who, b.who);
    settle();
  }
  ~gateway_pair() override {
    for (auto* n : {&a, &b, &c})
      n->stop();
    advance(1s);
  }

  /// Until nothing runs and nothing is on its way.
  void settle() {
    do
      run();
    while (wires.deliver_next());
  }
  cluster::command_meta meta(const std::string& id = {}, std::chrono::milliseconds within = 5s) {
    return {id.empty() ? command_id{} : make_command_id({id}), 1, time.now() + within, {}};
  }
  outcome_ptr receive(const std::string& cell, const cluster::command_meta& how) {
    auto got = std::make_shared<outcome>();
    entity::ask<stock::contract>(a.route, cell, stock::receive{1, "new"}, how,
                                 [got](auto r) { note(*got, r); });
    return got;
  }
  outcome_ptr raw(const std::string& key, std::string command, std::string kind = "raw") {
    auto got = std::make_shared<outcome>();
    a.route.send(caf::make_counted<raw_request>(entity_id{kind, key}, meta(), std::move(command),
                                                [got](auto r) { note(*got, r); }));
    return got;
  }
  static double counted(const std::string& name, const metrics::labels& with = {}) {
    return metrics::make_counter(name, "", with).Value();
  }
  static double refused(const std::string& reason) {
    return counted("souk_cluster_envelopes_refused_total", {{"reason", reason}});
  }

  letters wires;
  node a{*this, "a"}, b{*this, "b"}, c{*this, "c"};

private:
  template <class R>
  static void note(outcome& into, const R& r) {
    ++(r ? into.good : into.bad);
    if (!r)
      into.why = r.error();
  }
};

} // namespace souk::test
