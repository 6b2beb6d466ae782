#include "tests/kit/order_burst.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace souk::tests {

namespace bj = boost::json;

namespace {

constexpr std::chrono::seconds insistence{60};
constexpr std::chrono::seconds settling{40};

/// Until there is an answer that says what happened.
answer insist(const std::function<answer()>& send) {
  answer last;
  eventually(insistence, [&] {
    last = send();
    return last.status != 0 && last.status != 503;
  });
  return last;
}

bool is_last(const std::string& status) {
  return status == "confirmed" || status == "rejected" || status == "cancelled";
}

} // namespace

order_burst::order_burst(shop_process& at, std::string plenty, std::string scarce, uint64_t seed)
    : at_(at), plenty_(std::move(plenty)), scarce_(std::move(scarce)), random_(seed) {
  staff boss{at_};
  for (const auto& sku : {plenty_, scarce_})
    on_hand_[sku] = boss.stock(sku).on_hand;
}

order_burst::purchase order_burst::buy(int buyer, uint64_t chance) const {
  shopper one{at_};
  purchase out;
  out.key = "run-" + std::to_string(runs_) + "-" + std::to_string(buyer);
  const auto opened = insist([&] {
    return one.to.post("/v1/carts", bj::object{{"currency", "EUR"}, {"country", "DE"}});
  });
  out.cart = opened.text("/id");
  EXPECT_EQ(opened.status, 201) << opened;
  std::vector<wanted> lines{{plenty_, static_cast<int64_t>(chance % 3 + 1)}};
  if (buyer % 3 == 0)
    lines.push_back({scarce_, 1});
  for (const auto& line : lines) {
    const auto added = insist([&] { return one.add(out.cart, line, out.key + line.sku); });
    EXPECT_EQ(added.status, 201) << added;
    if (added.status == 201)
      out.lines[line.sku] += line.quantity;
  }
  out.placed = insist([&] { return one.place(order_of(out.cart), out.key); });
  return out;
}

void order_burst::run(int buyers, const std::function<void()>& meanwhile) {
  ++runs_;
  checked_ = all_.size();
  all_.resize(checked_ + static_cast<size_t>(buyers));
  std::vector<uint64_t> chances;
  for (int i = 0; i < buyers; ++i)
    chances.push_back(random_());
  std::jthread all_buyers([&] {
    in_parallel(buyers, [&](int i) {
      const auto at = static_cast<size_t>(i);
      all_[checked_ + at] = buy(i, chances[at]);
    });
  });
  // Children die with the thread that made them, so processes are started on the test's own.
  meanwhile();
}

void order_burst::expect_right(const purchase& one, const bj::array& payments) {
  const auto id = order_id_of(one.placed);
  ASSERT_FALSE(id.empty()) << one.placed;
  shopper buyer{at_};
  answer order;
  EXPECT_TRUE(eventually(settling, [&] {
    order = buyer.order(one.placed);
    return is_last(order.text("/status"));
  })) << order;
  const bool confirmed = order.text("/status") == "confirmed";
  const bool wanted_scarce = one.lines.contains(scarce_);
  EXPECT_TRUE(confirmed || wanted_scarce) << order;
  std::map<std::string, int64_t> lines;
  for (size_t i = 0; i < order.size("/lines"); ++i) {
    const auto at = "/lines/" + std::to_string(i);
    lines[order.text(at + "/sku")] += order.number(at + "/quantity");
  }
  EXPECT_EQ(lines, one.lines) << order;
  if (confirmed) {
    const auto again = buyer.place(order_of(one.cart), one.key);
    EXPECT_EQ(order_id_of(again), id) << again;
    for (const auto& [sku, quantity] : lines)
      sold_[sku] += quantity;
  }
  int64_t charged = 0, charges = 0;
  for (const auto& payment : payments) {
    const auto& p = payment.get_object();
    if (p.at("metadata").at("order_id").as_string() != id || status_of(p) == "canceled")
      continue;
    ++charges;
    charged += number_of(p, "amount_capturable");
  }
  EXPECT_EQ(charges, confirmed ? 1 : 0) << order;
  EXPECT_EQ(charged, confirmed ? order.number("/totals/total/amount") : 0) << order;
}

void order_burst::expect_last_run_right() {
  shopper buyer{at_};
  for (size_t i = checked_; i < all_.size(); ++i)
    EXPECT_TRUE(eventually(settling, [&] {
      return is_last(buyer.order(all_[i].placed).text("/status"));
    })) << all_[i].placed;
  const auto payments = staff{at_}.all_payments();
  for (size_t i = checked_; i < all_.size(); ++i)
    expect_right(all_[i], payments);
  checked_ = all_.size();
}

void order_burst::expect_all_right() {
  sold_.clear();
  checked_ = 0;
  expect_last_run_right();
  staff boss{at_};
  std::set<std::string> orders;
  for (const auto& one : all_)
    EXPECT_TRUE(orders.insert(order_id_of(one.placed)).second) << "two carts, one order";
  for (const auto& payment : boss.all_payments())
    EXPECT_TRUE(orders.contains(std::string{payment.at("metadata").at("order_id").as_string()}))
        << "a payment without an order: " << payment;
  for (const auto& [sku, on_hand] : on_hand_) {
    const units right{on_hand, sold_[sku], on_hand - sold_[sku]};
    EXPECT_TRUE(eventually(settling, [&] { return boss.stock(sku) == right; }))
        << sku << ": " << boss.stock(sku) << ", but the orders say " << right;
  }
}

} // namespace souk::tests
