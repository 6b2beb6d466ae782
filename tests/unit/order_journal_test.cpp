// A kept journal: what earlier releases wrote is read for ever.
#include "actors/order/order.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace souk::order {
namespace {

using namespace std::chrono_literals;

std::string from_hex(std::string_view text) {
  std::string out;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string{text.substr(i, 2)}, nullptr, 16));
  return out;
}

/// One event a line, as they were written.
model::state replayed(const std::string& file) {
  std::ifstream in{"tests/data/" + file};
  EXPECT_TRUE(in) << file;
  model::state s;
  auto at = time_point{} + 24h;
  for (std::string line; std::getline(in, line); at += 1s) {
    const auto event = model::decode_event(from_hex(line));
    EXPECT_TRUE(event) << line;
    if (event)
      model::apply(s, *event, at);
  }
  return s;
}

TEST(OrderJournal, IsReadThatWasWrittenBeforeOrdersHadALanguage) {
  const auto s = replayed("order_journal_before_locale.hex");
  EXPECT_EQ(s.what.number, "S1001");
  EXPECT_EQ(s.what.locale, "");
  ASSERT_EQ(s.what.lines.size(), 1u);
  EXPECT_EQ(s.what.lines.at(0).title, "Blue Mug");
  EXPECT_EQ(s.what.lines.at(0).options.at("size"), "M");
  EXPECT_EQ(s.what.sums.total.amount, 2'490);
  EXPECT_EQ(s.status, status::confirmed);
  EXPECT_EQ(s.intents.at(0).authorised, 2'490);
  EXPECT_EQ(s.reservations.at(0).state, unit_state::claimed);
  const auto again = model::decode_state(model::encode(s), model::state_version);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->what, s.what);
}

TEST(OrderJournal, KeepsTheLanguageOfAnOrder) {
  auto what = replayed("order_journal_before_locale.hex").what;
  what.locale = "de-AT";
  const auto read = model::decode_event(model::encode(placed{what}));
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<placed>(*read).what, what);
}

} // namespace
} // namespace souk::order
