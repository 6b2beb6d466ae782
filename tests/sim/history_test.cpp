// The checker outside the code under test, by small histories of stock cells, carts and members
// made by hand: what is legal passes, each kind of lie is found.
#include "app/sim/explain_table.hpp"
#include "proto/cart.pb.h"
#include "proto/stock.pb.h"
#include "tests/kit/told_history.hpp"

#include <algorithm>

namespace souk::sim {
namespace {

constexpr const char* cell = "stock/A@w";
constexpr const char* cart_entity = "cart/c";

template <class Fill>
std::string stock_event(Fill fill) {
  return make<pb::stock_event>(fill);
}
std::string received(int64_t quantity) {
  return stock_event([&](auto& e) { e.mutable_received()->set_quantity(quantity); });
}

class History : public told_history {
protected:
  uint64_t ask_cell(stock::command what, const command_id& id = {}) {
    return ask(cell, std::move(what), id);
  }
  void hear_level(uint64_t number, int64_t on_hand, int64_t holds = 0) {
    told.hear(number, heard::saying(stock::reply{stock::level{.on_hand = on_hand,
                                                              .reserved = holds,
                                                              .available = on_hand - holds,
                                                              .holds = holds,
                                                              .received = on_hand}}));
  }
  /// Taken in, committed, and answered.
  void stand(int64_t units) {
    const auto id = next_id();
    const auto asked = ask_cell(stock::receive{units, ""}, id);
    write(cell, id, {received(units)});
    hear_level(asked, units);
  }

  std::string held(const std::string& reservation, int64_t quantity) {
    return stock_event([&](auto& e) {
      e.mutable_held()->set_reservation(reservation);
      e.mutable_held()->set_quantity(quantity);
      e.mutable_held()->set_expires_us(to_micros(later));
    });
  }
};

// --- stock

TEST_F(History, AcceptsWhatALegalOrderExplains) {
  stand(3);
  const auto first = ask_cell(stock::hold{"a", 2, later});
  const auto read = ask_cell(stock::get{});
  const auto second = ask_cell(stock::hold{"b", 2, later});
  write(cell, {}, {held("a", 2)});
  hear_level(read, 3); // was before
  told.hear(first, heard::saying(stock::reply{stock::held_units{2, later}}));
  told.hear(second, {.way = heard::how::refused, .code = errc::held, .available = 1});
  const auto again = ask_cell(stock::hold{"a", 2, later});
  told.hear(again, heard::saying(stock::reply{stock::held_units{2, later}}));
  finish();
  expect_fine();
}

TEST_F(History, AcceptsThatNothingIsKnownOfWhatWasNeverAnswered) {
  const auto id = next_id();
  const auto one = ask_cell(stock::receive{2, ""}, id), other = ask_cell(stock::receive{2, ""}, id);
  told.hear(one, heard::refusal(fail(errc::timed_out)));
  write(cell, id, {received(2)});
  hear_level(other, 2);
  ask_cell(stock::receive{5, ""}, next_id());
  finish();
  expect_fine();
}

TEST_F(History, FindsARequestThatIsNeverAnswered) {
  ask_cell(stock::get{});
  told.finish();
  expect_complaint("was never answered (law 4)");
}

TEST_F(History, AcceptsThatAHoldMayComeTooLate) {
  stand(3);
  const auto asked = ask_cell(stock::hold{"a", 2, time.now() + 1s});
  time.move_to(time.elapsed() + 5s);
  told.hear(asked, heard::refusal(fail(errc::expired)));
  expect_fine();
}

TEST_F(History, FindsAStaleRead) {
  stand(3);
  hear_level(ask_cell(stock::get{}), 0);
  expect_complaint("get was answered");
}

TEST_F(History, FindsAReadThatGoesBack) {
  stand(3);
  const auto slow = ask_cell(stock::get{});
  const auto id = next_id();
  ask_cell(stock::receive{2, ""}, id);
  write(cell, id, {received(2)});
  hear_level(ask_cell(stock::get{}), 5);
  hear_level(slow, 3); // was under way all the time
  expect_fine();
  hear_level(ask_cell(stock::get{}), 3);
  expect_complaint("get was answered");
}

TEST_F(History, FindsAnAnswerBeforeItsCommit) {
  const auto id = next_id();
  const auto asked = ask_cell(stock::receive{2, ""}, id);
  hear_level(asked, 2);
  write(cell, id, {received(2)});
  expect_complaint("it should have done something");
}

TEST_F(History, FindsALostUpdate) {
  stand(3);
  const auto id = next_id();
  ask_cell(stock::receive{2, ""}, id);
  write(cell, id, {stock_event([](auto& e) { e.mutable_counted()->set_quantity(2); })});
  finish();
  expect_complaint("does something else");
}

TEST_F(History, FindsARefusalNobodyExplains) {
  stand(3);
  const auto asked = ask_cell(stock::hold{"a", 2, later});
  told.hear(asked, {.way = heard::how::refused, .code = errc::sold_out, .available = 1});
  expect_complaint("it should have done something");
}

TEST_F(History, FindsARefusalWithAWrongNumber) {
  stand(3);
  const auto asked = ask_cell(stock::hold{"a", 4, later});
  told.hear(asked, {.way = heard::how::refused, .code = errc::sold_out, .available = 2});
  expect_complaint("it should be refused: sold_out");
}

TEST_F(History, FindsARepeatWithAnotherAnswer) {
  const auto id = next_id();
  const auto asked = ask_cell(stock::receive{2, ""}, id);
  write(cell, id, {received(2)});
  hear_level(asked, 2);
  told.hear(ask_cell(stock::receive{2, ""}, id), heard::refusal(fail(errc::conflict)));
  expect_complaint("it was done");
}

TEST_F(History, FindsAnEffectThatHappensTwice) {
  const auto id = next_id();
  ask_cell(stock::receive{2, ""}, id);
  write(cell, id, {received(2)});
  write(cell, id, {received(2)});
  finish();
  expect_complaint("executed before");
}

TEST_F(History, FindsAnEffectBeforeItWasAskedFor) {
  stand(3);
  write(cell, {}, {held("a", 1)});
  ask_cell(stock::hold{"a", 1, later});
  expect_complaint("nobody asked for");
}

TEST_F(History, FindsUnitsPromisedTwice) {
  stand(3);
  ask_cell(stock::hold{"a", 2, later});
  ask_cell(stock::hold{"b", 2, later});
  write(cell, {}, {held("a", 2)});
  write(cell, {}, {held("b", 2)});
  finish();
  expect_complaint("has to be refused: held");
}

TEST_F(History, FindsAHoldThatLapsesBeforeItsTime) {
  stand(3);
  ask_cell(stock::hold{"a", 2, later});
  write(cell, {}, {held("a", 2)});
  told.tell(cell, stock::command{stock::expire{}});
  write(cell, {}, {stock_event([](auto& e) { e.mutable_lapsed()->add_ids("a"); })});
  finish();
  expect_complaint("before its time");
}

TEST_F(History, TellsTheStoryOfAnEntity) {
  stand(3);
  hear_level(ask_cell(stock::get{}), 0);
  const auto story = told.story(cell);
  for (const auto* word :
       {"#1 somebody asks receive x3", "journal", "received", "#2 answer: 0 on hand"})
    EXPECT_NE(story.find(word), std::string::npos) << story;
}

// --- carts

std::string opened() {
  return make<pb::cart_event>([](auto& e) {
    e.mutable_opened()->set_currency("EUR");
    e.mutable_opened()->set_country("DE");
  });
}
std::string line_put(int64_t quantity) {
  return make<pb::cart_event>([&](auto& e) {
    auto& l = *e.mutable_line_put();
    l.set_id("l1");
    l.set_sku("A");
    l.set_quantity(quantity);
    l.set_unit_price(100);
    l.set_currency("EUR");
  });
}

class CartHistory : public told_history {
protected:
  CartHistory() {
    const auto id = next_id();
    ask(cart_entity, cart::command{cart::open{euro, "DE", "", ""}}, id);
    write(cart_entity, id, {opened()});
  }
  cart::command add(int64_t quantity) {
    return cart::add_line{.line_id = "l1",
                          .sku = "A",
                          .product_id = {},
                          .title = {},
                          .quantity = quantity,
                          .options = {},
                          .unit_price = {100, euro},
                          .priced_at = from_micros(0),
                          .expected_version = {}};
  }
  heard cart_of(uint64_t version, int64_t quantity) {
    const cart::line line{.id = "l1",
                          .sku = "A",
                          .product_id = {},
                          .title = {},
                          .options = {},
                          .quantity = quantity,
                          .unit_price = {100, euro},
                          .priced_at = from_micros(0)};
    cart::cart_view v{.version = version, .currency = euro, .country = "DE"};
    v.status = cart::status::open;
    v.lines = {{line, {100 * quantity, euro}}};
    v.subtotal = {100 * quantity, euro};
    return heard::saying(cart::reply{v});
  }
};

TEST_F(CartHistory, AcceptsLinesThatAddUp) {
  for (const int64_t quantity : {2, 5}) {
    const auto id = next_id();
    const auto asked = ask(cart_entity, add(quantity == 2 ? 2 : 3), id);
    write(cart_entity, id, {line_put(quantity)});
    told.hear(asked, cart_of(quantity == 2 ? 2 : 3, quantity));
  }
  expect_fine();
}

TEST_F(CartHistory, FindsALineThatIsOverwritten) {
  for (const int64_t quantity : {2, 3}) {
    const auto id = next_id();
    ask(cart_entity, add(quantity), id);
    write(cart_entity, id, {line_put(quantity)});
  }
  finish();
  expect_complaint("add_line l1: A x3 does something else");
}

TEST_F(CartHistory, FindsAnAnswerWithoutTheLine) {
  const auto id = next_id();
  const auto asked = ask(cart_entity, add(2), id);
  write(cart_entity, id, {line_put(2)});
  told.hear(asked, cart_of(2, 1));
  expect_complaint("was answered");
}

// --- membership

TEST_F(History, FindsANodeThatHasMoreThanItsShareOfTheShards) {
  cluster::sim_membership_store members{store, time};
  explained_table table{members, complain};
  for (const auto& who : {cluster::node_ref{"a", 1}, cluster::node_ref{"b", 2}}) {
    cluster::member m;
    m.who = who;
    m.state = cluster::member_state::active;
    EXPECT_TRUE(members.write("test", members.rows().version, m));
  }
  cluster::view v;
  v.version = 2;
  v.owners = {{{"a", 1}, {}}, {{"b", 2}, {}}};
  std::fill_n(v.shards.begin(), shard_count / 4, uint16_t{1});
  table.installed({"a", 1}, v);
  expect_complaint("has not its share");
}

TEST_F(History, FindsNodesThatShareTheShardsOutDifferently) {
  cluster::sim_membership_store members{store, time};
  explained_table table{members, complain};
  const auto add = [&](const std::string& name, uint64_t generation) {
    cluster::member m;
    m.who = {name, generation};
    m.state = cluster::member_state::active;
    EXPECT_TRUE(members.write("test", members.rows().version, m));
  };
  add("a", 1);
  add("b", 2);
  cluster::view v;
  v.version = 2;
  v.owners = {{{"a", 1}, {}}, {{"b", 2}, {}}};
  std::fill_n(v.shards.begin(), shard_count / 2, uint16_t{1});
  table.installed({"a", 1}, v);
  table.installed({"b", 2}, v);
  expect_fine();
  v.shards[7] = 0;
  table.installed({"b", 2}, v);
  expect_complaint("otherwise than others");
}

TEST_F(History, FindsAGenerationThatIsUsedAgain) {
  cluster::sim_membership_store members{store, time};
  explained_table table{members, complain};
  for (const auto* name : {"a", "b"}) {
    cluster::member m;
    m.who = {name, 1};
    EXPECT_TRUE(members.write("test", members.rows().version, m));
  }
  expect_complaint("used before");
}

} // namespace
} // namespace souk::sim
