// Envelopes of broken or newer peers: refused one by one, with the right word, and never at the
// cost of good ones.
#include "tests/kit/gateway_pair.hpp"
#include "tests/kit/http_talk.hpp"

#include <random>

namespace souk::test {
namespace {

constexpr int mutants = 5'000;

class GatewayGarbage : public gateway_pair {
protected:
  pb::envelope to_b() {
    pb::envelope out;
    cluster::write(*out.mutable_from(), a.who);
    cluster::write(*out.mutable_to(), b.who);
    out.set_view(1);
    return out;
  }
  void arrive(std::string text) { wires.on_the_way.push_back({a.who, b.who, std::move(text)}); }
  pb::item::question question() {
    pb::item::question q;
    q.set_entity("stock/A@wh");
    q.set_command(stock::contract::encode(stock::command{stock::get{}}));
    q.set_expires_us(to_micros(time.now() + 5s));
    return q;
  }
  /// The failure that b answers this ask with.
  std::string refusal_of(pb::item::question q) {
    auto asked = to_b();
    auto* item = asked.add_items();
    item->set_id(77);
    *item->mutable_ask() = std::move(q);
    arrive(asked.SerializeAsString());
    run();
    wires.deliver_next();
    run();
    if (wires.on_the_way.empty())
      return "no answer";
    const auto parsed = cluster::parse_envelope(wires.on_the_way.front().text);
    settle();
    if (!parsed || (*parsed)->items_size() != 1 || (*parsed)->items(0).id() != 77)
      return "another answer";
    const auto& answer = *parsed;
    return answer->items(0).has_failure() ? answer->items(0).failure().code() : "answered";
  }
  void expect_good_traffic() {
    const auto got = receive("good@wh", meta("good" + std::to_string(++asked_)));
    settle();
    EXPECT_EQ(got->good, 1);
  }

private:
  int asked_ = 0;
};

TEST_F(GatewayGarbage, IsRefusedWhenItDoesNotParse) {
  const auto before = refused("garbled");
  arrive("\xff\xff\xff");
  arrive({});
  auto anonymous = to_b();
  anonymous.clear_from();
  arrive(anonymous.SerializeAsString());
  settle();
  EXPECT_EQ(refused("garbled"), before + 3);
  expect_good_traffic();
}

TEST_F(GatewayGarbage, IsRefusedWhenItIsForSomebodyElse) {
  const auto before = refused("misdirected");
  auto lost = to_b();
  lost.mutable_to()->set_name("nobody");
  arrive(lost.SerializeAsString());
  settle();
  EXPECT_EQ(refused("misdirected"), before + 1);
  expect_good_traffic();
}

TEST_F(GatewayGarbage, IsRefusedWhenItsSenderIsNobody) {
  const auto before = refused("stranger");
  auto forged = to_b();
  forged.mutable_from()->set_generation(9);
  forged.set_view(99);
  arrive(forged.SerializeAsString());
  settle();
  EXPECT_EQ(refused("stranger"), before + 1);
  EXPECT_EQ(b.heard, 0u) << "nor is it believed what it routes by";
  expect_good_traffic();
}

TEST_F(GatewayGarbage, IsIgnoredWhereItIsOfANewerVersion) {
  auto newer = to_b();
  newer.add_items()->set_id(1);
  newer.mutable_items(0)->MergeFromString("\xc2\x0c\x04what"); // field 200
  auto* known = newer.add_items();
  known->set_id(2);
  *known->mutable_ask() = question();
  known->mutable_ask()->MergeFromString("\xc8\x0c\x07");
  newer.MergeFromString("\xd0\x0c\x07");
  arrive(newer.SerializeAsString());
  wires.deliver_next();
  run();
  ASSERT_EQ(wires.on_the_way.size(), 1u);
  const auto answer = cluster::parse_envelope(wires.on_the_way.front().text).value();
  ASSERT_EQ(answer->items_size(), 1);
  EXPECT_TRUE(answer->items(0).has_reply());
  settle();
}

TEST_F(GatewayGarbage, IsRefusedAskByAsk) {
  EXPECT_EQ(refusal_of(question()), "answered");
  auto q = question();
  q.set_command_id("short");
  EXPECT_EQ(refusal_of(q), "malformed");
  q = question();
  q.set_trace(std::string(65, 't'));
  EXPECT_EQ(refusal_of(q), "malformed");
  for (const char* nowhere : {"", "stock", "/A@wh"}) {
    q = question();
    q.set_entity(nowhere);
    EXPECT_EQ(refusal_of(q), "malformed") << nowhere;
  }
  q = question();
  q.set_entity("stock/" + std::string(600, 'k'));
  EXPECT_EQ(refusal_of(q), "malformed");
  q = question();
  q.set_entity("unicorn/A@wh");
  EXPECT_EQ(refusal_of(q), "unavailable");
  for (const char* nothing : {"", "\xff\xff", "\xa2\x06\x01x"}) {
    q = question();
    q.set_command(nothing);
    EXPECT_EQ(refusal_of(q), "unavailable");
  }
  q = question();
  q.set_expires_us(INT64_MIN);
  EXPECT_EQ(refusal_of(q), "timed_out");
  expect_good_traffic();
}

TEST_F(GatewayGarbage, NeverStopsGoodTraffic) {
  const auto seed = tests::printed_seed();
  std::mt19937_64 random(seed);
  std::vector<std::string> samples;
  for (int kind = 0; kind < 9; ++kind) {
    auto e = to_b();
    auto* item = e.add_items();
    item->set_id(1 + random() % 4);
    switch (kind) {
    case 0:
      *item->mutable_ask() = question();
      break;
    case 1:
      item->set_reply("\x2a\x02\x08\x01");
      break;
    case 2:
      item->mutable_failure()->set_code("sold_out");
      break;
    case 3:
      item->set_moved(1);
      break;
    case 4:
      item->set_probe(3);
      break;
    case 5:
      item->mutable_alive()->set_round(3);
      break;
    case 6:
      item->mutable_probe_for_me()->mutable_whom()->set_name("c");
      break;
    case 7:
      item->mutable_released()->set_shard(4'000'000'000u);
      break;
    default:
      item->set_settled(1);
    }
    samples.push_back(e.SerializeAsString());
  }
  for (int i = 0; i < mutants; ++i) {
    auto text = samples[random() % samples.size()];
    for (auto edits = 1 + random() % 4; edits > 0; --edits) {
      const auto at = text.empty() ? 0 : random() % text.size();
      switch (random() % 5) {
      case 0:
        text.insert(at, 1, static_cast<char>(random()));
        break;
      case 1:
        text.erase(at, 1 + random() % 4);
        break;
      case 2:
        text.insert(at, samples[random() % samples.size()], 0, random() % 24);
        break;
      case 3:
        text.resize(at);
        break;
      default:
        if (!text.empty())
          text[at] = static_cast<char>(random());
      }
    }
    arrive(std::move(text));
    if (i % 100 > 0)
      continue;
    settle(); // forged asks are answered by their number, which may be that of a good one
    expect_good_traffic();
  }
  settle();
  expect_good_traffic();
}

} // namespace
} // namespace souk::test
