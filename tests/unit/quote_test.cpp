// Quotes: worked examples, then random baskets held to the arithmetic every receipt must obey.
#include "actors/pricing/quote.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

using namespace souk;
using namespace souk::pricing;

namespace {

const souk::currency eur{"EUR"};

rules shop_rules() {
  return {
      .tax = {{"DE", "standard", 190'000, true},
              {"DE", "books", 70'000, true},
              {"CA", "standard", 50'000, false}},
      .shipping = {{"standard", "Standard", shipping_kind::free_over, eur, 490, 0, 4900, {"DE"}},
                   {"standard", "Standard", shipping_kind::by_weight, eur, 1490, 400, 0, {}},
                   {"express", "Express", shipping_kind::flat, eur, 990, 0, 0, {"DE"}}}};
}

uint64_t seed() {
  const char* text = std::getenv("SOUK_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 20261121;
}

quote_request random_request(std::mt19937_64& random) {
  const auto upto = [&](int64_t n) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(n));
  };
  static const char* countries[] = {"DE", "CA", "US"};
  static const char* categories[] = {"standard", "books", "unheard-of"};
  static const char* options[] = {"", "standard"};
  quote_request request{
      .currency = eur, .country = countries[upto(3)], .shipping_option = options[upto(2)]};
  int64_t subtotal = 0;
  for (int64_t i = 0, n = 1 + upto(12); i < n; ++i) {
    request.lines.push_back(
        {"SKU-" + std::to_string(i), 1 + upto(20), upto(50'000), categories[upto(3)], upto(9'000)});
    subtotal += request.lines.back().quantity * request.lines.back().unit_price;
  }
  request.discount = upto(3) == 0 ? upto(subtotal + 1) : 0;
  return request;
}

void expect_sound(const quote& q) {
  int64_t subtotal = 0, discount = 0, tax = q.shipping_tax, parts = 0, part_tax = 0;
  for (const auto& line : q.lines) {
    EXPECT_EQ(line.line_total, line.unit_price * line.quantity);
    EXPECT_GE(line.discount, 0);
    EXPECT_LE(line.discount, line.line_total);
    EXPECT_GE(line.tax, 0);
    subtotal += line.line_total;
    discount += line.discount;
    tax += line.tax;
  }
  for (const auto& part : q.breakdown) {
    parts += part.net + part.tax;
    part_tax += part.tax;
  }
  EXPECT_EQ(subtotal, q.subtotal);
  EXPECT_EQ(discount, q.discount);
  EXPECT_EQ(tax, q.tax);
  EXPECT_EQ(part_tax, q.tax);
  EXPECT_EQ(parts, q.total);
  EXPECT_EQ(q.total, q.subtotal - q.discount + q.shipping + (q.tax_included ? 0 : q.tax));
  EXPECT_GE(q.total, 0);
}

} // namespace

TEST(Quote, ContainsTheTaxWherePricesAreGross) {
  const auto q =
      make_quote({.currency = eur,
                  .country = "DE",
                  .lines = {{"A", 2, 1999, "standard", 500}, {"B", 1, 1070, "books", 300}},
                  .shipping_option = "standard"},
                 shop_rules());
  ASSERT_TRUE(q);
  EXPECT_EQ(q->subtotal, 5068);
  EXPECT_EQ(q->shipping, 0) << "goods above 49.00 travel free";
  EXPECT_EQ(q->lines[0].tax, 638);
  EXPECT_EQ(q->lines[1].tax, 70);
  EXPECT_EQ(q->total, 5068);
  EXPECT_TRUE(q->tax_included);
}

TEST(Quote, AddsTheTaxWherePricesAreNet) {
  const auto q = make_quote({.currency = eur,
                             .country = "CA",
                             .lines = {{"A", 1, 1000, "standard", 1200}},
                             .shipping_option = "standard"},
                            shop_rules());
  ASSERT_TRUE(q);
  EXPECT_EQ(q->shipping, 1490 + 2 * 400) << "every kilogram begun counts";
  EXPECT_EQ(q->tax, 50 + 115) << "2290 × 5 % is 114.5, rounded half up";
  EXPECT_EQ(q->total, 1000 + 2290 + 165);
}

TEST(Quote, KnowsNoTaxWhereThereIsNoRate) {
  const auto q = make_quote(
      {.currency = eur, .country = "US", .lines = {{"A", 3, 500, "books", 0}}}, shop_rules());
  ASSERT_TRUE(q);
  EXPECT_EQ(q->tax, 0);
  EXPECT_EQ(q->total, 1500);
}

TEST(Quote, SpreadsADiscountToTheLastCent) {
  const auto q = make_quote({.currency = eur,
                             .country = "DE",
                             .lines = {{"A", 1, 100}, {"B", 1, 100}, {"C", 1, 100}},
                             .discount = 100},
                            shop_rules());
  ASSERT_TRUE(q);
  EXPECT_EQ(q->lines[0].discount, 34);
  EXPECT_EQ(q->lines[1].discount, 33);
  EXPECT_EQ(q->lines[2].discount, 33);
  EXPECT_EQ(q->total, 200);
}

TEST(Quote, RefusesWhatCannotBePriced) {
  const auto refuses = [](quote_request request, const std::string& field) {
    const auto q = make_quote(request, shop_rules());
    ASSERT_FALSE(q) << field;
    EXPECT_EQ(q.error().code, errc::invalid);
    ASSERT_EQ(q.error().problems.size(), 1u);
    EXPECT_EQ(q.error().problems[0].field, field);
  };
  refuses({.currency = eur, .country = "DE"}, "/lines");
  refuses({.currency = eur, .country = "DE", .lines = {{"A", 0, 100}}}, "A");
  refuses({.currency = eur, .country = "DE", .lines = {{"A", 1, -1}}}, "A");
  refuses({.currency = eur, .country = "DE", .lines = {{"A", quantity_max, amount_max}}}, "A");
  refuses({.currency = eur, .country = "DE", .lines = {{"A", 1, amount_max}, {"B", 1, amount_max}}},
          "/lines");
  refuses({.currency = eur, .country = "DE", .lines = {{"A", 1, 100}}, .discount = 101},
          "/discount");
  refuses(
      {.currency = eur, .country = "FR", .lines = {{"A", 1, 100}}, .shipping_option = "express"},
      "/shipping_option");
  refuses({.currency = eur,
           .country = "US",
           .lines = {{"A", 9, 100, "standard", std::numeric_limits<int64_t>::max() / 2}},
           .shipping_option = "standard"},
          "/shipping_option");
}

TEST(Quote, OffersEachShippingOptionThatReachesTheBuyer) {
  const quote_request basket{.currency = eur, .country = "DE", .lines = {{"A", 1, 100}}};
  const auto home = offer_shipping(basket, shop_rules());
  ASSERT_TRUE(home);
  ASSERT_EQ(home->size(), 2u);
  EXPECT_EQ((*home)[0].amount, 490);
  EXPECT_EQ((*home)[1].amount, 990);
  auto abroad = basket;
  abroad.country = "US";
  EXPECT_EQ(offer_shipping(abroad, shop_rules())->size(), 1u);
}

TEST(Quote, AddsUpForRandomBaskets) {
  SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed()));
  std::mt19937_64 random{seed()};
  for (int i = 0; i < 20'000 && !::testing::Test::HasFailure(); ++i) {
    const auto request = random_request(random);
    const auto q = make_quote(request, shop_rules());
    ASSERT_TRUE(q) << q.error().detail;
    expect_sound(*q);
    EXPECT_EQ(fingerprint_of(*q), fingerprint_of(*make_quote(request, shop_rules())));
  }
}

// Free shipping makes the total fall once as a basket grows, so what must rise is the goods' worth
// and the tax on them; where shipping is not free_over the total rises too.
TEST(Quote, NeverGetsCheaperByBuyingMore) {
  SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed()));
  std::mt19937_64 random{seed()};
  for (int i = 0; i < 20'000 && !::testing::Test::HasFailure(); ++i) {
    auto request = random_request(random);
    request.discount = 0;
    const auto before = make_quote(request, shop_rules());
    request.lines[random() % request.lines.size()].quantity += 1;
    const auto after = make_quote(request, shop_rules());
    ASSERT_TRUE(before && after);
    EXPECT_GE(after->subtotal, before->subtotal);
    EXPECT_GE(after->tax - after->shipping_tax, before->tax - before->shipping_tax);
    if (request.country != "DE" || request.shipping_option.empty()) {
      EXPECT_GE(after->total, before->total);
    }
  }
}

TEST(Quote, HasAnotherFingerprintWhenAnythingShownDiffers) {
  const quote_request basket{.currency = eur, .country = "DE", .lines = {{"A", 1, 100}}};
  auto dearer = basket;
  dearer.lines[0].unit_price = 101;
  EXPECT_NE(fingerprint_of(*make_quote(basket, shop_rules())),
            fingerprint_of(*make_quote(dearer, shop_rules())));
}
