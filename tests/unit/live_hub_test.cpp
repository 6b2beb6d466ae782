// Who is told what: the rules one by one, then random lives in which topics change, look-ups fail
// and come late, notes get lost, and listeners come and go.
#include "http/live/hub.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <random>

namespace souk::live {
namespace {

namespace bj = boost::json;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Remembers what it was told as "seq data", "current seq" or "error code".
struct ear final : listener {
  std::vector<std::string> heard;
  std::map<std::string, uint64_t> last;
  std::map<std::string, std::string> data;
  bool rises = true;

  void tell(const std::string& topic, message text) override {
    const auto said = bj::parse(*text).as_object();
    EXPECT_EQ(said.at("topic").as_string(), topic);
    if (const auto* why = said.if_contains("error")) {
      heard.push_back("error " + std::string{why->at("code").as_string()});
      return;
    }
    const auto seq = said.at("seq").to_number<uint64_t>();
    if (said.contains("current")) {
      heard.push_back("current " + std::to_string(seq));
    } else {
      rises = rises && (!last.contains(topic) || seq > last[topic]);
      data[topic] = bj::serialize(said.at("data"));
      heard.push_back(std::to_string(seq) + " " + data[topic]);
    }
    last[topic] = seq;
  }
  std::vector<std::string> all() { return std::exchange(heard, {}); }
};

class LiveHub : public testing::Test {
protected:
  static topic sku(const std::string& key) { return {topic_kind::sku, key}; }
  static topic order(const std::string& key) { return {topic_kind::order, key}; }
  static topic cart(const std::string& key) { return {topic_kind::cart, key}; }
  static state of(uint64_t seq, const std::string& text, const std::string& owner = {}) {
    return {seq, "\"" + text + "\"", owner};
  }

  void later(std::chrono::milliseconds by) { now += by; }
  /// Answers everything that is due; how many look-ups that took.
  size_t answer(const result<state>& with) {
    const auto looks = center.due(now);
    for (const auto& one : looks)
      center.found(one, with, now);
    return looks.size();
  }

  hub center{{.topics = 1'000}};
  hub::instant now{1'000'000'000};
  ear a, b;
};

TEST_F(LiveHub, TellsTheCurrentStateFirstAndThenWhatChanges) {
  ASSERT_TRUE(center.subscribe(a, sku("M"), {}, {}, now));
  EXPECT_EQ(answer(of(3, "in_stock")), 1U);
  EXPECT_THAT(a.all(), ElementsAre("3 \"in_stock\""));
  later(1s);
  center.note("sku:M", 0, now);
  EXPECT_EQ(answer(of(5, "sold_out")), 1U);
  EXPECT_THAT(a.all(), ElementsAre("5 \"sold_out\""));
  later(1s);
  center.note("sku:M", 0, now);
  EXPECT_EQ(answer(of(6, "sold_out")), 1U);
  EXPECT_THAT(a.all(), IsEmpty()); // another seq with the same data is no news
}

TEST_F(LiveHub, SaysThatAReconnectingListenerIsCurrent) {
  ASSERT_TRUE(center.subscribe(a, sku("M"), 3, {}, now));
  answer(of(3, "in_stock"));
  EXPECT_THAT(a.all(), ElementsAre("current 3"));
  ASSERT_TRUE(center.subscribe(b, sku("M"), 2, {}, now));
  later(1s);
  answer(of(3, "in_stock"));
  EXPECT_THAT(b.all(), ElementsAre("3 \"in_stock\""));
  EXPECT_THAT(a.all(), IsEmpty());
}

TEST_F(LiveHub, AnswersANewListenerWithALookBegunAfterIt) {
  ASSERT_TRUE(center.subscribe(a, order("1"), {}, {.proven = true}, now));
  const auto first = center.due(now);
  ASSERT_THAT(first, SizeIs(1));
  ASSERT_TRUE(center.subscribe(b, order("1"), {}, {.proven = true}, now));
  later(1s);
  EXPECT_THAT(center.due(now), IsEmpty()); // one look-up at a time
  center.found(first[0], of(1, "holding"), now);
  EXPECT_THAT(a.all(), SizeIs(1));
  EXPECT_THAT(b.all(), IsEmpty());
  EXPECT_EQ(answer(of(2, "confirmed")), 1U);
  EXPECT_THAT(b.all(), ElementsAre("2 \"confirmed\""));
}

TEST_F(LiveHub, LooksAgainWhenANoteComesDuringALook) {
  ASSERT_TRUE(center.subscribe(a, order("1"), {}, {.proven = true}, now));
  const auto first = center.due(now);
  center.note("order:1", 2, now);
  center.found(first.at(0), of(1, "holding"), now);
  later(50ms);
  EXPECT_EQ(answer(of(2, "confirmed")), 1U);
  EXPECT_THAT(a.all(), ElementsAre("1 \"holding\"", "2 \"confirmed\""));
  center.note("order:1", 2, now); // a repeat
  later(1s);
  EXPECT_THAT(center.due(now), IsEmpty());
}

TEST_F(LiveHub, LooksOnceForTenThousandListeners) {
  std::vector<ear> many(10'000);
  for (auto& one : many)
    ASSERT_TRUE(center.subscribe(one, sku("M"), {}, {}, now));
  EXPECT_EQ(answer(of(3, "in_stock")), 1U);
  size_t looks = 0;
  for (int i = 0; i < 1'000; ++i) { // a change each millisecond
    later(1ms);
    center.note("sku:M", 0, now);
    looks += answer(of(4 + static_cast<uint64_t>(i), std::to_string(i)));
  }
  EXPECT_LE(looks, 4U);
  for (auto& one : many) {
    EXPECT_EQ(one.heard.size(), looks + 1);
    EXPECT_TRUE(one.rises);
    center.leave(one);
  }
  EXPECT_EQ(center.topics(), 0U);
  EXPECT_EQ(center.subscriptions(), 0U);
}

TEST_F(LiveHub, TellsOrdersToTheirOwnerAlone) {
  ear stranger, guest;
  ASSERT_TRUE(center.subscribe(a, order("1"), {}, {.user_id = "ada"}, now));
  ASSERT_TRUE(center.subscribe(stranger, order("1"), {}, {.user_id = "eve"}, now));
  ASSERT_TRUE(center.subscribe(guest, order("1"), {}, {}, now));
  ASSERT_TRUE(center.subscribe(b, order("1"), {}, {.proven = true}, now));
  answer(of(1, "holding", "ada"));
  EXPECT_THAT(a.all(), ElementsAre("1 \"holding\""));
  EXPECT_THAT(b.all(), ElementsAre("1 \"holding\""));
  EXPECT_THAT(stranger.all(), ElementsAre("error not_found"));
  EXPECT_THAT(guest.all(), ElementsAre("error not_found"));
  EXPECT_EQ(center.subscriptions(), 2U);
  ASSERT_TRUE(center.subscribe(guest, order("2"), {}, {}, now));
  answer(of(1, "holding"));
  EXPECT_THAT(guest.all(), ElementsAre("error not_found")); // nobody's is not everybody's
}

TEST_F(LiveHub, StopsTellingAGuestAboutACartThatBecameSomebodys) {
  ASSERT_TRUE(center.subscribe(a, cart("1"), {}, {}, now));
  ASSERT_TRUE(center.subscribe(b, cart("1"), {}, {.user_id = "ada"}, now));
  answer(of(1, "1"));
  EXPECT_THAT(a.all(), SizeIs(1));
  EXPECT_THAT(b.all(), SizeIs(1));
  later(1s);
  center.note("cart:1", 2, now);
  answer(of(2, "2", "ada"));
  EXPECT_THAT(a.all(), ElementsAre("error forbidden"));
  EXPECT_THAT(b.all(), ElementsAre("2 \"2\""));
}

TEST_F(LiveHub, EndsATopicThatIsNotThere) {
  ASSERT_TRUE(center.subscribe(a, order("1"), {}, {.proven = true}, now));
  answer(fail(errc::not_found, "no such order"));
  EXPECT_THAT(a.all(), ElementsAre("error not_found"));
  EXPECT_EQ(center.topics(), 0U);
  EXPECT_EQ(center.subscriptions(), 0U);
  ASSERT_TRUE(center.subscribe(a, order("1"), {}, {.proven = true}, now)); // and may be asked again
}

TEST_F(LiveHub, TriesAgainWhatFailedOrWasNeverAnswered) {
  ASSERT_TRUE(center.subscribe(a, sku("M"), {}, {}, now));
  answer(fail(errc::unavailable, "Postgres is away"));
  EXPECT_THAT(center.due(now), IsEmpty());
  later(1s);
  const auto lost = center.due(now);
  ASSERT_THAT(lost, SizeIs(1));
  later(10s);
  EXPECT_THAT(center.due(now), IsEmpty());
  later(1s);
  EXPECT_EQ(answer(of(3, "in_stock")), 1U);
  center.found(lost[0], of(9, "sold_out"), now); // too late to count
  EXPECT_THAT(a.all(), ElementsAre("3 \"in_stock\""));
}

TEST_F(LiveHub, LooksByItselfWhileNoNotesCome) {
  center.flow(true, now);
  ASSERT_TRUE(center.subscribe(a, sku("M"), {}, {}, now));
  answer(of(1, "in_stock"));
  later(30s);
  EXPECT_THAT(center.due(now), IsEmpty());
  center.flow(false, now);
  EXPECT_EQ(answer(of(2, "sold_out")), 1U);
  later(3s);
  EXPECT_EQ(answer(of(3, "in_stock")), 1U);
  center.flow(true, now);
  later(250ms);
  EXPECT_EQ(answer(of(3, "in_stock")), 1U); // what happened while the notes began to come
  later(3s);
  EXPECT_THAT(center.due(now), IsEmpty());
  center.note_everything(now);
  EXPECT_EQ(answer(of(4, "sold_out")), 1U);
  EXPECT_THAT(a.all(), SizeIs(4));
}

TEST_F(LiveHub, NeverGoesBack) {
  ASSERT_TRUE(center.subscribe(a, sku("M"), {}, {}, now));
  answer(of(5, "sold_out"));
  later(1s);
  center.note("sku:M", 0, now);
  answer(of(4, "in_stock"));
  EXPECT_THAT(a.all(), ElementsAre("5 \"sold_out\""));
}

TEST_F(LiveHub, HasLimits) {
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(center.subscribe(a, sku(std::to_string(i)), {}, {}, now));
  EXPECT_EQ(center.subscribe(a, sku("100"), {}, {}, now).error().code, errc::overloaded);
  EXPECT_TRUE(center.subscribe(a, sku("99"), {}, {}, now));
  EXPECT_EQ(center.topics(), 100U);
  EXPECT_THAT(center.due(now), SizeIs(64));
  center.unsubscribe(a, "sku:0");
  EXPECT_TRUE(center.subscribe(a, sku("100"), {}, {}, now));
  std::vector<ear> many(10);
  for (int i = 0; i < 899; ++i)
    ASSERT_TRUE(center.subscribe(many.at(static_cast<size_t>(i % 10)), sku("x" + std::to_string(i)),
                                 {}, {}, now));
  EXPECT_TRUE(center.subscribe(many[9], sku("last"), {}, {}, now));
  EXPECT_EQ(center.subscribe(many[9], sku("over"), {}, {}, now).error().code, errc::overloaded);
  EXPECT_TRUE(center.subscribe(many[9], sku("5"), {}, {}, now)); // of those there are
}

/// Topics that change, and whose look-ups answer late, in any order, or not at all.
class world {
public:
  explicit world(uint64_t seed) : random_(seed) {
    center_.flow(true, now_); // nothing is looked at again within the minute that this takes
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i)
      step();
    settle();
  }

private:
  struct thing {
    uint64_t seq = 1;
    int data = 0;
  };
  struct under_way {
    hub::look one;
    thing seen;
  };

  size_t any(size_t below) { return random_() % below; }
  static std::string name_of(size_t i) { return "sku:" + std::to_string(i); }
  static std::string text_of(const thing& t) { return "\"" + std::to_string(t.data) + "\""; }

  void step() {
    now_ += std::chrono::milliseconds{any(60)};
    const auto t = any(things_.size());
    auto& who = ears_[any(ears_.size())];
    switch (any(8)) {
    case 0: {
      const bool resumes = who.last.contains(name_of(t)) && any(2) == 0;
      const std::optional<uint64_t> since =
          resumes ? std::optional{who.last[name_of(t)]} : std::nullopt;
      if (!resumes)
        who.last.erase(name_of(t));
      EXPECT_TRUE(center_.subscribe(who, {topic_kind::sku, std::to_string(t)}, since, {}, now_));
      listening_[&who].insert(t);
      break;
    }
    case 1:
      center_.unsubscribe(who, name_of(t));
      stops(who, t);
      break;
    case 2:
      if (any(4) == 0) {
        center_.leave(who);
        for (size_t each = 0; each < things_.size(); ++each)
          stops(who, each);
      }
      break;
    default:
      change(t);
    }
    look();
    answer_some();
  }

  /// A topic nobody listens to is forgotten, with the time of its last look-up.
  void stops(ear& who, size_t t) {
    listening_[&who].erase(t);
    const auto listens = [&](const auto& one) { return one.second.contains(t); };
    if (std::ranges::none_of(listening_, listens))
      last_look_.erase(t);
  }

  void change(size_t t) {
    ++things_[t].seq;
    things_[t].data = static_cast<int>(any(3));
    if (any(10) == 0)
      lost_.insert(t);
    else
      center_.note(name_of(t), any(2) == 0 ? 0 : things_[t].seq, now_);
  }

  void look() {
    for (auto& one : center_.due(now_)) {
      const auto t = std::stoul(one.to.key);
      EXPECT_TRUE(!last_look_.contains(t) || now_ - last_look_[t] >= 250ms);
      last_look_[t] = now_;
      looking_.push_back({one, things_[t]});
    }
  }

  void answer_some() {
    while (!looking_.empty() && any(3) != 0) {
      const auto i = any(looking_.size());
      const auto done = looking_[i];
      looking_.erase(looking_.begin() + static_cast<std::ptrdiff_t>(i));
      if (any(10) == 0)
        continue; // never answered
      if (any(10) == 0)
        center_.found(done.one, fail(errc::timed_out), now_);
      else
        center_.found(done.one, state{done.seen.seq, text_of(done.seen), {}}, now_);
    }
  }

  /// Lost notes are made good, everything is answered: all know what is.
  void settle() {
    for (const auto t : lost_)
      center_.note(name_of(t), 0, now_);
    for (int i = 0; i < 300; ++i) {
      now_ += 100ms;
      look();
      for (const auto& done : std::exchange(looking_, {}))
        center_.found(done.one, state{done.seen.seq, text_of(done.seen), {}}, now_);
    }
    for (auto& who : ears_) {
      EXPECT_TRUE(who.rises);
      for (const auto t : listening_[&who])
        EXPECT_EQ(who.data[name_of(t)], text_of(things_[t]));
      center_.leave(who);
    }
    EXPECT_EQ(center_.topics(), 0U);
    EXPECT_EQ(center_.subscriptions(), 0U);
  }

  std::mt19937_64 random_;
  hub center_;
  hub::instant now_{1'000'000'000};
  std::vector<thing> things_ = std::vector<thing>(5);
  std::vector<ear> ears_ = std::vector<ear>(8);
  std::map<ear*, std::set<size_t>> listening_;
  std::map<size_t, hub::instant> last_look_;
  std::vector<under_way> looking_;
  std::set<size_t> lost_; ///< topics whose change nobody was told
};

TEST(LiveHubLives, EndWithEverybodyKnowingWhatIs) {
  const char* wanted = std::getenv("SOUK_SEED");
  const uint64_t first = wanted ? std::stoull(wanted) : std::random_device{}();
  std::printf("SOUK_SEED=%llu\n", static_cast<unsigned long long>(first));
  for (uint64_t i = 0; i < (wanted ? 1U : 200U) && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("seed " + std::to_string(first + i));
    world{first + i}.run(400);
  }
}

} // namespace
} // namespace souk::live
