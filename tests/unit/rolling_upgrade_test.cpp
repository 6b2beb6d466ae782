// Old and new nodes side by side: what they agree on, what a new one may write, and what an old one
// does with a journal that is ahead of it.
#include "actors/cart/cart.hpp"
#include "actors/entity/codec.hpp"
#include "actors/entity/entity.hpp"
#include "actors/order/order.hpp"
#include "actors/session/session.hpp"
#include "actors/shipment/shipment.hpp"
#include "actors/stock/stock.hpp"
#include "tests/kit/actor_test.hpp"
#include "tests/kit/link_node.hpp"
#include "tests/kit/manual_journal.hpp"

#include <proto/cluster.pb.h>

namespace souk::test {
namespace {

/// A field that no message of this version has.
const std::string of_a_newer_version{"\xc2\x0c\x04what"};

// --- links

adapters::basp_options speaking(const std::string& name, uint32_t oldest, uint32_t newest) {
  auto out = tests::link_options(name);
  out.hello.envelope_oldest = oldest;
  out.hello.envelope_newest = newest;
  return out;
}

TEST(RollingUpgrade, LinksANodeWithOlderAndNewerOnes) {
  const auto before = tests::refusals("version");
  tests::link_node older{speaking("older", 1, 2)}, node{speaking("node", 2, 3)},
      newer{speaking("newer", 3, 4)};
  node.links->open(older.at());
  newer.links->open(node.at());
  ASSERT_TRUE(node.hears("up", older.who()));
  ASSERT_TRUE(older.hears("up", node.who()));
  ASSERT_TRUE(node.hears("up", newer.who()));
  ASSERT_TRUE(newer.hears("up", node.who()));
  EXPECT_TRUE(node.links->send(older.who(), "in the common version"));
  EXPECT_TRUE(older.receives(1));
  EXPECT_TRUE(node.links->send(newer.who(), "in the common version"));
  EXPECT_TRUE(newer.receives(1));
  EXPECT_EQ(tests::refusals("version"), before);
}

TEST(RollingUpgrade, RefusesOnlyThoseWithNoVersionInCommon) {
  const auto verdict = [](uint32_t oldest, uint32_t newest) {
    return adapters::judge(speaking("node", 3, 5).hello, speaking("peer", oldest, newest).hello);
  };
  using adapters::link_refusal;
  EXPECT_EQ(verdict(1, 2), link_refusal::version);
  EXPECT_EQ(verdict(1, 3), link_refusal::none);
  EXPECT_EQ(verdict(4, 4), link_refusal::none);
  EXPECT_EQ(verdict(5, 9), link_refusal::none);
  EXPECT_EQ(verdict(6, 9), link_refusal::version);
}

TEST(RollingUpgrade, PassesOverWhatANewerHelloSaysBesides) {
  const auto said = speaking("newer", 1, 2).hello;
  const auto heard = adapters::decode_hello(adapters::encode(said) + of_a_newer_version);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->who, said.who);
  EXPECT_EQ(heard->envelope_newest, 2u);
}

TEST(RollingUpgrade, PassesOverWhatANewerEnvelopeSaysBesides) {
  pb::envelope said;
  said.mutable_from()->set_name("newer");
  said.add_items()->set_settled(7);
  pb::envelope heard;
  ASSERT_TRUE(heard.ParseFromString(said.SerializeAsString() + of_a_newer_version));
  ASSERT_EQ(heard.items_size(), 1);
  EXPECT_EQ(heard.items(0).settled(), 7u);
}

// --- journals

template <class M>
class JournalOfANewerNode : public testing::Test {};
using models =
    testing::Types<cart::model, order::model, session::model, shipment::model, stock::model>;
TYPED_TEST_SUITE(JournalOfANewerNode, models);

TYPED_TEST(JournalOfANewerNode, HasEventsThatAreNotGuessedAt) {
  const auto event = TypeParam::decode_event(of_a_newer_version);
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().code, errc::corrupt);
}

TYPED_TEST(JournalOfANewerNode, HasSnapshotsThatAreNotGuessedAt) {
  const auto state = TypeParam::decode_state(TypeParam::encode(typename TypeParam::state{}),
                                             TypeParam::state_version + 1);
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().code, errc::corrupt);
}

// --- what may be written

/// Counts what it is told; telling it loudly is an event that only level 2 reads.
struct diary {
  static constexpr std::string_view kind = "diary";
  static constexpr entity::memory_policy memory{};
  static constexpr uint32_t state_version = 1;
  static inline int newest_level = 2;

  struct state {
    int64_t told = 0;
  };
  struct total {
    int64_t told = 0;
  };
  struct tell {
    bool loudly = false;
    using reply = total;
  };
  struct get {
    using reply = total;
  };
  struct whispered {};
  struct shouted {};

  using command = std::variant<tell, get>;
  using event = std::variant<whispered, shouted>;
  using reply = std::variant<total>;
  using effect = entity::effect<std::monostate>;

  static int level(const event& e) { return std::holds_alternative<shouted>(e) ? 2 : 1; }
  static result<std::vector<event>> decide(const state&, const command& c, time_point) {
    const auto* t = std::get_if<tell>(&c);
    if (!t)
      return std::vector<event>{};
    return std::vector<event>{t->loudly ? event{shouted{}} : event{whispered{}}};
  }
  static void apply(state& s, const event&, time_point) { ++s.told; }
  static reply answer(const state& s, const command&) { return total{s.told}; }
  static bool is_natural(const command&) { return false; }
  static bool is_ready(const state&, const command&) { return true; }
  static time_point due(const state&) { return never; }
  static std::vector<effect> pending(const state&, time_point) { return {}; }
  static std::string encode(const event& e) { return level(e) == 1 ? "w" : "s"; }
  static std::string encode(const state& s) { return std::to_string(s.told); }
  static result<event> decode_event(std::string_view bytes) {
    if (bytes == "w")
      return event{whispered{}};
    return bytes == "s" ? result<event>{event{shouted{}}} : fail(errc::corrupt, "unknown event");
  }
  static result<state> decode_state(std::string_view bytes, uint32_t) {
    return state{std::stoll(std::string(bytes))};
  }
};
static_assert(entity::model<diary>);

struct people_seen final : supervision::operators_queue {
  void stuck(const entity_id& who, const std::string& step, int, const failure&) override {
    steps.push_back(who.text() + " " + step);
  }
  void unstuck(const entity_id&, const std::string&) override {}
  std::vector<std::string> steps;
};

class MixedCluster : public actor_test {
protected:
  MixedCluster() {
    journal.commit_at_once = true;
    route.add_kind("diary", entity::spawner<diary>(env, perform));
    route.start({.heard_of = {}, .refresh = [](auto then) { then(); }, .emptied = {}});
    route.renew_reads(std::chrono::nanoseconds::max());
    everybody_reads(1);
  }
  ~MixedCluster() override {
    route.stop();
    advance(1s);
  }

  /// The lowest level among those that live.
  void everybody_reads(int level) {
    auto next = std::make_shared<cluster::view>();
    next->version = ++version_;
    next->feature_level = level;
    next->owners = {{}};
    next->shards.fill(0);
    for (const auto shard : route.install(next).gained)
      route.open(shard);
    run();
  }
  template <class C>
  result<diary::total> ask(C what) {
    result<diary::total> got = fail(errc::timed_out, "no answer");
    entity::ask<diary>(route, "a", what, {{}, 1, time.now() + 5s, {}},
                       [&](result<diary::total> r) { got = std::move(r); });
    run();
    return got;
  }
  persistence::recovered& stored() { return journal.entities[entity_id{"diary", "a"}].state; }
  void store(std::vector<std::string> events) {
    const auto many = static_cast<uint32_t>(events.size());
    stored().tail.push_back(
        {stored().seq + 1, many,
         entity::pack(entity::journal_entry{{{}, 0, time.now()}, std::move(events), {}})});
    stored().seq += many;
  }

  manual_journal journal;
  people_seen people;
  supervision::circuit_breakers breakers;
  entity::environment env{journal, time, breakers, people, {}};
  entity::performer<diary> perform = [](const auto&, const auto&, auto) {};
  cluster::router route{system, time, {}};

private:
  uint64_t version_ = 0;
};

TEST_F(MixedCluster, WritesNoEventThatAMemberCannotRead) {
  ASSERT_TRUE(ask(diary::tell{false}));
  const auto refused = ask(diary::tell{true});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::unavailable);
  EXPECT_EQ(stored().seq, 1u);
  EXPECT_EQ(ask(diary::get{})->told, 1) << "nothing of it stays in memory either";
}

TEST_F(MixedCluster, WritesItOnceTheLastMemberIsNew) {
  ASSERT_FALSE(ask(diary::tell{true}));
  everybody_reads(2);
  ASSERT_TRUE(ask(diary::tell{true}));
  EXPECT_EQ(stored().seq, 1u);
  EXPECT_EQ(ask(diary::get{})->told, 1);
}

TEST_F(MixedCluster, ReadsWhatWasWrittenWhileAnOldNodeComesBack) {
  everybody_reads(2);
  ASSERT_TRUE(ask(diary::tell{true}));
  everybody_reads(1);
  EXPECT_FALSE(ask(diary::tell{true}));
  EXPECT_EQ(ask(diary::tell{false})->told, 2);
}

TEST_F(MixedCluster, StopsAtASnapshotOfAStateItDoesNotKnow) {
  everybody_reads(2);
  ASSERT_TRUE(ask(diary::tell{true}));
  while (!stored().snapshot)
    ASSERT_TRUE(ask(diary::tell{false}));
  stored().tail.clear();
  advance(5min);
  ASSERT_EQ(route.active(), 0);
  diary::newest_level = 1; // an older program comes, and the events are not there to be read
  const auto got = ask(diary::get{});
  diary::newest_level = 2;
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, errc::corrupt);
  ASSERT_FALSE(people.steps.empty());
  EXPECT_EQ(people.steps.front(), "diary/a recover");
  advance(1s);
  EXPECT_TRUE(ask(diary::get{}));
}

TEST(Snapshots, OfTheFirstLevelAreWhatTheyWereBeforeThereWereLevels) {
  const entity::packed_snapshot plain{"state", {}, from_micros(1), 1};
  const auto bytes = entity::pack(plain);
  EXPECT_EQ(bytes.size(), 2 + std::string_view{"state"}.size() + 2);
  EXPECT_EQ(entity::unpack_snapshot(bytes)->level, 1);
}

TEST_F(MixedCluster, StopsAtAnEventItDoesNotKnowAndSkipsNothing) {
  store({"w", "of a newer node", "w"});
  for (int i = 0; i < 2; ++i) {
    const auto got = ask(diary::get{});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, errc::corrupt);
    advance(1s);
  }
  EXPECT_FALSE(ask(diary::tell{false}));
  EXPECT_EQ(stored().seq, 3u) << "nothing was written behind it";
  ASSERT_FALSE(people.steps.empty());
  EXPECT_EQ(people.steps.front(), "diary/a recover");
  EXPECT_EQ(route.active(), 0);
}

} // namespace
} // namespace souk::test
