#include "http/json_reader.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <random>

namespace souk::http {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::Pair;

struct line {
  std::string sku;
  int64_t quantity = 0;
};

std::optional<failure> read_line(std::string_view text, line& out) {
  auto body = json_body::of_text(text);
  if (!body)
    return body.error();
  out.sku = body->root().text("sku", {.min = 1, .max = 8});
  out.quantity = body->root().integer("quantity", 1, 999);
  return body->finish();
}

/// The problems as field → code.
std::vector<std::pair<std::string, std::string>> problems_of(std::string_view text) {
  line ignored;
  std::vector<std::pair<std::string, std::string>> out;
  if (const auto wrong = read_line(text, ignored))
    for (const auto& p : wrong->problems)
      out.emplace_back(p.field, p.code);
  return out;
}

TEST(JsonReader, ReadsWhatIsRight) {
  line got;
  EXPECT_FALSE(read_line(R"( {"sku":"A-1","quantity":2} )", got));
  EXPECT_EQ(got.sku, "A-1");
  EXPECT_EQ(got.quantity, 2);
}

TEST(JsonReader, NamesEverythingThatIsWrongAtOnce) {
  EXPECT_THAT(problems_of(R"({"sku":"","quantity":"2","a/b~":1})"),
              ElementsAre(Pair("/sku", "out_of_range"), Pair("/quantity", "wrong_type"),
                          Pair("/a~1b~0", "unknown_field")));
  EXPECT_THAT(problems_of("{}"),
              ElementsAre(Pair("/sku", "required"), Pair("/quantity", "required")));
  EXPECT_THAT(problems_of(R"({"sku":null,"quantity":1})"), ElementsAre(Pair("/sku", "required")));
  EXPECT_THAT(problems_of(R"({"sku":"a\nb","quantity":1})"),
              ElementsAre(Pair("/sku", "control_character")));
  EXPECT_THAT(problems_of(R"({"sku":"a\u0007","quantity":1})"),
              ElementsAre(Pair("/sku", "control_character")));
}

TEST(JsonReader, TakesOnlyWholeNumbersInTheirRange) {
  const auto code_of = [](const std::string& number) {
    const auto all = problems_of(R"({"sku":"a","quantity":)" + number + "}");
    return all.empty() ? std::string{"fine"} : all.front().second;
  };
  EXPECT_EQ(code_of("1"), "fine");
  EXPECT_EQ(code_of("999"), "fine");
  for (const auto* number : {"0", "-1", "1000", "1000000000000000000", "9223372036854775808",
                             "18446744073709551616", "99999999999999999999999999", "1e300"})
    EXPECT_EQ(code_of(number), "out_of_range") << number;
  for (const auto* number : {"1.0", "1e3", "1.5", "true", "\"1\"", "[]", "{}"})
    EXPECT_EQ(code_of(number), "wrong_type") << number;
}

TEST(JsonReader, RefusesWhatIsNotOneStrictJsonObject) {
  line ignored;
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  for (const auto& text : std::vector<std::string>{
           std::string{}, std::string{"{"}, std::string{"{}{}"}, std::string{"{} x"},
           std::string{"{'a':1}"}, std::string{"{\"a\":1,}"}, std::string{"{\"a\":01}"},
           std::string{"NaN"}, std::string{"{\"a\":1,\"a\":2}"},
           std::string{"{\"x\":{\"a\":1,\"a\":2}}"}, std::string{"{\"a\":\"\xff\"}"},
           std::string{"{\"a\":\"\n\"}"}, std::string{"{\"a\":\"\\ud800\"}"},
           std::string{"\xef\xbb\xbf{}"}, "{\"a\":" + deep + "}"}) {
    const auto wrong = read_line(text, ignored);
    ASSERT_TRUE(wrong) << text;
    EXPECT_EQ(wrong->code, errc::malformed) << text;
  }
  EXPECT_EQ(read_line("[]", ignored)->code, errc::invalid);
}

TEST(JsonReader, ReadsNestedObjectsListsAndMoney) {
  auto body = json_body::of_text(R"({"total":{"amount":1999,"currency":"EUR"},
    "lines":[{"sku":"a"},{"sku":5}],"address":{"city":"Berlin","zip":"x"},
    "tags":["a","b"],"gift":true})");
  ASSERT_TRUE(body);
  auto& in = body->root();
  EXPECT_EQ(in.money("total"), (money{1999, currency{"EUR"}}));
  std::vector<std::string> skus;
  in.array("lines", 5, [&](object_reader& item) { skus.push_back(item.text("sku")); });
  in.object("address", [](object_reader& at) { EXPECT_EQ(at.text("city"), "Berlin"); });
  EXPECT_THAT(in.texts("tags", 2), ElementsAre("a", "b"));
  EXPECT_TRUE(in.boolean("gift"));
  EXPECT_EQ(in.optional_text("note"), std::nullopt);
  EXPECT_EQ(in.optional_money("tip"), std::nullopt);
  const auto wrong = body->finish();
  ASSERT_TRUE(wrong);
  EXPECT_THAT(wrong->problems, ElementsAre(Field(&problem::field, "/lines/1/sku"),
                                           Field(&problem::field, "/address/zip")));
}

TEST(JsonReader, RefusesForeignMoney) {
  for (const auto* text :
       {R"({"total":{"amount":-1,"currency":"EUR"}})", R"({"total":{"amount":1,"currency":"XXQ"}})",
        R"({"total":{"amount":1.5,"currency":"EUR"}})", R"({"total":5})", R"({"total":{}})",
        R"({"total":{"amount":1000000000000000000,"currency":"EUR"}})"}) {
    auto body = json_body::of_text(text);
    body->root().money("total");
    EXPECT_TRUE(body->finish()) << text;
  }
}

TEST(JsonReader, WantsTheRightMediaType) {
  request in;
  in.body = "{}";
  EXPECT_EQ(json_body::of(in).error().code, errc::unsupported_media_type);
  in.headers = {{"content-type", "text/plain"}};
  EXPECT_EQ(json_body::of(in).error().code, errc::unsupported_media_type);
  in.headers = {{"Content-Type", "Application/JSON; charset=utf-8"}};
  EXPECT_TRUE(json_body::of(in));
}

TEST(JsonReader, NeverCrashesOnMutatedBodies) {
  const auto* given = std::getenv("SOUK_SEED");
  const uint64_t seed = given ? std::stoull(given) : 20'261'121;
  RecordProperty("seed", std::to_string(seed));
  std::mt19937_64 random{seed};
  const std::string whole = R"({"sku":"A-1","quantity":2,"x":{"amount":1,"currency":"EUR"},)"
                            R"("l":[1,2.5,"\u00e4",null,true]})";
  for (int run = 0; run < 20'000; ++run) {
    auto text = whole;
    for (auto changes = random() % 4 + 1; changes > 0 && !text.empty(); --changes) {
      const auto at = random() % text.size();
      switch (random() % 4) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, random() % 5 + 1);
        break;
      case 2:
        text.insert(at, text.substr(random() % text.size(), random() % 20));
        break;
      default:
        text.insert(at, 1, "{}[]\",:\\0e-"[random() % 11]);
        break;
      }
    }
    line got;
    const auto wrong = read_line(text, got);
    if (wrong)
      EXPECT_TRUE(wrong->code == errc::malformed ||
                  (wrong->code == errc::invalid && !wrong->problems.empty()))
          << "seed " << seed << ": " << text;
    else
      EXPECT_TRUE(got.quantity >= 1 && got.quantity <= 999 && !got.sku.empty()) << text;
  }
}

} // namespace
} // namespace souk::http
