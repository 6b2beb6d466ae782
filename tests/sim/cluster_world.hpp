// Several simulated nodes, and what tests of the cluster ask of them.
#pragma once

#include "app/sim/world.hpp"
#include "base/log.hpp"

#include <gtest/gtest.h>

namespace souk::sim {

inline fault_plan calm(int nodes) {
  fault_plan plan;
  plan.nodes = nodes;
  return plan;
}

class SimCluster : public testing::Test {
protected:
  SimCluster() {
    start_crypto();
    log::start(std::getenv("SOUK_LOG") ? log::level::info : log::level::error, "text");
  }

  struct answers {
    int good = 0, bad = 0;
    std::string last, refusals;
  };

  /// Until all nodes are active and route by one version with every shard open.
  static testing::AssertionResult settles(world& w, std::chrono::milliseconds within = 5s) {
    for (auto waited = 0ms; waited < within; waited += 5ms) {
      size_t open = 0, up = 0, behind = 0;
      for (size_t i = 0; i < w.nodes(); ++i)
        if (auto* n = w.node_at(i)) {
          open += n->route().open_shards().all().size();
          const bool knows = n->route().version() == w.members.rows().version;
          ++(knows && n->is_active() ? up : behind);
        }
      if (open == shard_count && up > 0 && behind == 0)
        return testing::AssertionSuccess() << waited.count() << " ms";
      w.run_for(5ms);
    }
    return testing::AssertionFailure() << "the shards found no owners";
  }
  /// The first of two, for five seconds.
  static testing::AssertionResult becomes_alone(world& w) {
    w.crash(1, 5s);
    w.run_for(1ms);
    return settles(w);
  }

  template <class C>
  static void ask(node& at, world& w, const std::string& key, C what, std::shared_ptr<answers> into,
                  const std::string& id = {}) {
    const cluster::command_meta how{
        id.empty() ? command_id{} : make_command_id({id}), 1, w.time.now() + 10s, {}};
    entity::ask<stock::contract>(at.route(), key, what, how, [into](auto r) {
      ++(r ? into->good : into->bad);
      into->last = r ? std::string{"ok"} : std::string(to_string(r.error().code));
      if (!r)
        into->refusals += into->last + ": " + r.error().detail + "\n";
    });
  }
  template <class C>
  static std::string ask_and_wait(node& at, world& w, const std::string& key, C what,
                                  const std::string& id = {}) {
    auto got = std::make_shared<answers>();
    ask(at, w, key, what, got, id);
    for (auto waited = 0ms; waited < 12s && got->last.empty(); waited += 5ms)
      w.run_for(5ms);
    return got->last;
  }
  /// On hand, as an entity asked by way of `at` tells; -1 when it does not.
  static int64_t units_of(world& w, node& at, const std::string& key) {
    auto units = std::make_shared<std::optional<int64_t>>();
    entity::ask<stock::contract>(at.route(), key, stock::get{}, {{}, 1, w.time.now() + 10s, {}},
                                 [units](auto r) { *units = r ? r->on_hand : -1; });
    for (auto waited = 0ms; waited < 12s && !*units; waited += 5ms)
      w.run_for(5ms);
    return units->value_or(-1);
  }
  /// It reaches neither the others nor the membership table, only the journal.
  static void isolate(world& w, size_t which) {
    auto& alone = *w.node_at(which);
    for (size_t i = 0; i < w.nodes(); ++i)
      if (i != which) {
        w.wires.cut(w.node_at(i)->name(), alone.name());
        w.wires.cut(alone.name(), w.node_at(i)->name());
      }
    alone.cut_off_table(true);
  }
  static size_t owner_of(world& w, const std::string& key) {
    const auto shard = entity_id{stock::kind, key}.shard();
    for (size_t i = 0; i < w.nodes(); ++i)
      if (w.node_at(i) && w.node_at(i)->route().current()->is_ours(shard))
        return i;
    return w.nodes();
  }
  static int64_t events_of(world& w, const std::string& key) {
    const auto& all = w.store.entities();
    const auto it = all.find("stock/" + key);
    int64_t count = 0;
    if (it != all.end())
      for (const auto& row : it->second.rows)
        count += row.row.events;
    return count;
  }
  template <class F>
  static bool becomes(world& w, std::chrono::milliseconds within, F true_now) {
    for (auto waited = 0ms; waited < within && !true_now(); waited += 5ms)
      w.run_for(5ms);
    return true_now();
  }
  struct loan {
    size_t owner, host;
  };
  /// The owner of `key` is gone for 20 s; another has its shard, and has received the first unit.
  static loan lend(world& w, const std::string& key) {
    EXPECT_TRUE(settles(w));
    const auto owner = owner_of(w, key);
    w.crash(owner, 20s);
    w.run_for(1ms);
    EXPECT_TRUE(settles(w));
    const auto host = owner_of(w, key);
    EXPECT_EQ(ask_and_wait(*w.node_at(host), w, key, one(), "first"), "ok");
    return {owner, host};
  }
  /// The entity remembers all that is in the journal, also of what came since it was first asked.
  static void expect_all_is_known(world& w, size_t at, const std::string& key) {
    (void)units_of(w, *w.node_at(at), key);
    w.run_for(10s);
    EXPECT_EQ(units_of(w, *w.node_at(at), key), events_of(w, key));
  }
  static stock::receive one() { return {.quantity = 1, .reason = "new"}; }
};

} // namespace souk::sim
