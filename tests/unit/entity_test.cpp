// The generic shell, on a model small enough to see through: a counter that may never pass ten and
// owes its neighbour a greeting for every add.
#include "actors/entity/entity.hpp"
#include "tests/kit/actor_test.hpp"
#include "tests/kit/manual_journal.hpp"

#include <set>

namespace souk::test {
namespace {

struct counter {
  static constexpr std::string_view kind = "counter";
  static constexpr entity::memory_policy memory{.commands = 4, .age = 24h};
  static constexpr uint32_t state_version = 1;

  struct state {
    int64_t value = 0;
    int64_t owed = 0;
  };
  struct total {
    int64_t value = 0;
  };
  struct add {
    int64_t by = 0;
    using reply = total;
  };
  struct get {
    using reply = total;
  };
  struct await_five {
    using reply = total;
  };
  struct greeted {
    using reply = total;
  };
  struct added {
    int64_t by = 0;
  };
  struct greeting_done {};
  struct greeting {};

  using command = std::variant<add, get, await_five, greeted>;
  using event = std::variant<added, greeting_done>;
  using reply = std::variant<total>;
  using effect = entity::effect<greeting>;

  static result<std::vector<event>> decide(const state& s, const command& c, time_point) {
    if (const auto* a = std::get_if<add>(&c)) {
      if (s.value + a->by > 10)
        return fail(errc::sold_out, "ten is the most");
      return std::vector<event>{added{a->by}};
    }
    if (std::holds_alternative<greeted>(c) && s.owed > 0)
      return std::vector<event>{greeting_done{}};
    return std::vector<event>{};
  }
  static void apply(state& s, const event& e, time_point) {
    if (const auto* a = std::get_if<added>(&e)) {
      s.value += a->by;
      ++s.owed;
    } else {
      --s.owed;
    }
  }
  static reply answer(const state& s, const command&) { return total{s.value}; }
  static bool is_natural(const command&) { return false; }
  static bool is_ready(const state& s, const command& c) {
    return !std::holds_alternative<await_five>(c) || s.value >= 5;
  }
  static time_point due(const state& s) { return s.owed > 0 ? time_point{} : never; }
  static std::vector<effect> pending(const state& s, time_point) {
    if (s.owed == 0)
      return {};
    return {{"greet/" + std::to_string(s.owed), "neighbour", {}}};
  }
  static std::string encode(const event& e) {
    const auto* a = std::get_if<added>(&e);
    return a ? "+" + std::to_string(a->by) : "g";
  }
  static std::string encode(const state& s) { return std::to_string(s.value); }
  static result<event> decode_event(std::string_view bytes) {
    if (bytes == "g")
      return event{greeting_done{}};
    if (!bytes.starts_with('+'))
      return fail(errc::corrupt, "unknown event");
    return event{added{std::stoll(std::string(bytes.substr(1)))}};
  }
  static result<state> decode_state(std::string_view bytes, uint32_t) {
    return state{std::stoll(std::string(bytes)), 0};
  }
};
static_assert(entity::model<counter>);

struct people_seen final : supervision::operators_queue {
  void stuck(const entity_id&, const std::string& step, int, const failure&) override {
    steps.insert(step);
  }
  void unstuck(const entity_id&, const std::string& step) override { steps.erase(step); }
  std::set<std::string> steps; ///< told again: still one entry
};

class Entity : public actor_test {
protected:
  using answer = std::optional<result<counter::total>>;

  Entity() {
    route.add_kind("counter", entity::spawner<counter>(env, perform));
    route.start();
    run();
  }
  ~Entity() override {
    route.stop();
    advance(1s); // failed activations hand back what they hold before they go
  }

  template <class C>
  std::shared_ptr<answer> ask(C what, command_id id = {}, uint64_t fingerprint = 1) {
    auto got = send(std::move(what), id, fingerprint);
    run();
    return got;
  }
  /// It is on its way.
  template <class C>
  std::shared_ptr<answer> send(C what, command_id id = {}, uint64_t fingerprint = 1) {
    auto got = std::make_shared<answer>();
    entity::ask<counter>(route, "a", what, {id, fingerprint, time.now() + 5s, ""},
                         [got](result<counter::total> r) { *got = std::move(r); });
    return got;
  }
  static command_id key(const char* text) { return make_command_id({text}); }
  static errc code(const std::shared_ptr<answer>& a) { return (*a)->error().code; }

  manual_journal journal;
  people_seen people;
  supervision::circuit_breakers breakers;
  entity::environment env{journal, time, breakers, people, {}};
  int greetings = 0;
  bool neighbour_answers = true;
  entity::performer<counter> perform = [this](const entity_id&, const counter::effect&,
                                              callback<counter::command> done) {
    ++greetings;
    if (neighbour_answers)
      done(counter::command{counter::greeted{}});
    else
      done(fail(errc::unavailable, "nobody home"));
  };
  cluster::router route{system, time, {}};
};

TEST_F(Entity, SaysNothingBeforeTheCommit) {
  const auto got = ask(counter::add{3});
  EXPECT_FALSE(*got);
  journal.commit();
  run();
  ASSERT_TRUE(*got);
  EXPECT_EQ((**got)->value, 3);
}

TEST_F(Entity, DecidesOnWhatIsAppliedAndNotYetCommitted) {
  const auto first = ask(counter::add{8});
  const auto second = ask(counter::add{8});
  journal.commit();
  run();
  EXPECT_EQ((**first)->value, 8);
  EXPECT_EQ(code(second), errc::sold_out);
}

TEST_F(Entity, HoldsARefusalThatFollowsFromUncommittedState) {
  ask(counter::add{8});
  const auto refused = ask(counter::add{8});
  EXPECT_FALSE(*refused);
  journal.commit();
  run();
  EXPECT_EQ(code(refused), errc::sold_out);
}

TEST_F(Entity, HoldsAReadThatSawUncommittedState) {
  ask(counter::add{8});
  const auto read = ask(counter::get{});
  EXPECT_FALSE(*read);
  journal.commit();
  run();
  EXPECT_EQ((**read)->value, 8);
}

TEST_F(Entity, StartsNoEffectBeforeTheCommit) {
  ask(counter::add{1});
  EXPECT_EQ(greetings, 0);
  journal.commit(1);
  run();
  EXPECT_EQ(greetings, 1);
}

TEST_F(Entity, AppliesARepeatedCommandOnce) {
  const auto first = ask(counter::add{3}, key("k"));
  const auto again = ask(counter::add{3}, key("k"));
  EXPECT_FALSE(*again) << "a repeat may not be answered before the first is durable";
  journal.commit();
  run();
  EXPECT_EQ((**first)->value, 3);
  EXPECT_EQ((**again)->value, 3);
}

TEST_F(Entity, RefusesAKeyThatComesWithAnotherBody) {
  journal.commit_at_once = true;
  ask(counter::add{3}, key("k"), 1);
  EXPECT_EQ(code(ask(counter::add{4}, key("k"), 2)), errc::idempotency_mismatch);
}

TEST_F(Entity, RemembersCommandsAfterReplay) {
  journal.commit_at_once = true;
  ask(counter::add{3}, key("k"));
  advance(130s, 1s);
  ASSERT_EQ(route.active(), 0) << "the idle entity went";
  EXPECT_EQ((**ask(counter::add{3}, key("k")))->value, 3);
}

TEST_F(Entity, DoesNotCallItFinalThatACommandIsTooOld) {
  auto got = std::make_shared<answer>();
  entity::ask<counter>(route, "a", counter::add{1}, {key("k"), 1, time.now() - 1us, ""},
                       [got](result<counter::total> r) { *got = std::move(r); });
  run();
  EXPECT_EQ(code(got), errc::timed_out);
}

TEST_F(Entity, RefusesWhenTheJournalIsAtItsLimit) {
  journal.full = true;
  EXPECT_EQ(code(ask(counter::add{1})), errc::overloaded);
}

TEST_F(Entity, AnswersReadsAndRefusalsWhileTheJournalIsAway) {
  journal.commit_at_once = true;
  ask(counter::add{8});
  journal.full = true;
  EXPECT_EQ((**ask(counter::get{}))->value, 8);
  EXPECT_EQ(code(ask(counter::add{8})), errc::sold_out);
}

TEST_F(Entity, ReplaysAndRetriesWhatALostRaceLeftUnsaid) {
  const auto got = ask(counter::add{3}, key("k"));
  journal.fail_oldest(errc::superseded);
  advance(100ms);
  journal.commit();
  run();
  ASSERT_TRUE(*got);
  EXPECT_EQ((**got)->value, 3);
}

TEST_F(Entity, FindsOutWhatAnUnknownCommitDidAndDoesItOnce) {
  const auto got = ask(counter::add{3}, key("k"));
  journal.fail_oldest(errc::unavailable, true);
  advance(500ms);
  ASSERT_TRUE(*got);
  EXPECT_EQ((**got)->value, 3);
}

TEST_F(Entity, AnswersUnavailableWhenItCannotRecover) {
  journal.recovery_fails = fail(errc::unavailable, "no database");
  EXPECT_EQ(code(ask(counter::get{})), errc::unavailable);
  run();
  EXPECT_EQ(route.active(), 0);
}

TEST_F(Entity, HaltsAndShowsPeopleABrokenJournal) {
  journal.recovery_fails = fail(errc::corrupt, "broken chain");
  EXPECT_EQ(code(ask(counter::get{})), errc::corrupt);
  EXPECT_EQ(people.steps, std::set<std::string>{"recover"});
}

TEST_F(Entity, CallsNoJournalBrokenWhileItsNodeMayHaveMissedAnUpgrade) {
  journal.recovery_fails = fail(errc::corrupt, "an event of a newer version");
  route.end_reads();
  EXPECT_EQ(code(ask(counter::get{})), errc::unavailable);
  EXPECT_TRUE(people.steps.empty());
}

TEST_F(Entity, DecidesNothingInAShardThatWasGivenToAnotherNode) {
  ask(counter::add{1}); // so that it has to stay until the commit is heard of
  send(counter::add{1});
  auto elsewhere = std::make_shared<cluster::view>();
  elsewhere->version = 1;
  elsewhere->shards.fill(cluster::no_owner);
  route.install(elsewhere);
  run();
  EXPECT_EQ(journal.queue.size(), 1u);
}

TEST_F(Entity, TriesAnEffectAgainUntilItSucceeds) {
  journal.commit_at_once = true;
  neighbour_answers = false;
  ask(counter::add{1});
  advance(1s);
  EXPECT_GT(greetings, 2);
  neighbour_answers = true;
  advance(5s);
  const auto settled = greetings;
  advance(60s, 100ms);
  EXPECT_EQ(greetings, settled) << "what is no longer owed is left alone";
}

TEST_F(Entity, TellsPeopleWhenAnEffectDoesNotGetDone) {
  journal.commit_at_once = true;
  neighbour_answers = false;
  ask(counter::add{1});
  advance(10min, 1s);
  EXPECT_EQ(people.steps, std::set<std::string>{"greet/1"});
  neighbour_answers = true;
  advance(2min, 1s);
  EXPECT_TRUE(people.steps.empty());
}

TEST_F(Entity, KeepsAWakeupRowWhileItOwesSomething) {
  journal.commit_at_once = true;
  neighbour_answers = false;
  ask(counter::add{1});
  const entity_id id{"counter", "a"};
  EXPECT_TRUE(journal.entities[id].state.wakeup);
  neighbour_answers = true;
  advance(10s);
  EXPECT_FALSE(journal.entities[id].state.wakeup);
}

TEST_F(Entity, SetsItsWakeupRowThoughAnEarlierActivationCorrectsItsOwnMeanwhile) {
  journal.commit_at_once = true;
  neighbour_answers = false;
  const entity_id id{"counter", "a"};
  journal.entities[id].state.wakeup = time.now() + 1s;
  ask(counter::get{});
  journal.entities[id].state.wakeup.reset(); // it was on its way
  ask(counter::add{1});
  EXPECT_TRUE(journal.entities[id].state.wakeup);
}

TEST_F(Entity, AnswersAWaitingQueryWhenItsStateIsReachedAndDurable) {
  const auto got = ask(counter::await_five{});
  ask(counter::add{6});
  EXPECT_FALSE(*got);
  journal.commit();
  run();
  EXPECT_EQ((**got)->value, 6);
}

TEST_F(Entity, LosesNoCommandThatComesWhileItGoes) {
  journal.commit_at_once = true;
  ask(counter::add{1});
  for (int i = 0; i < 200; ++i) {
    advance(119s, 1s);
    auto got = std::make_shared<answer>();
    time.since_start += 2s;
    scheduler.advance_time(2s); // the sweeper's note and the command are queued together
    entity::ask<counter>(route, "a", counter::get{}, {{}, 1, time.now() + 5s, ""},
                         [got](result<counter::total> r) { *got = std::move(r); });
    run();
    ASSERT_TRUE(*got);
    ASSERT_EQ((**got)->value, 1);
    i += 20;
  }
}

} // namespace
} // namespace souk::test
