// Pages without a shop: whatever a model holds is text on the page and never markup, every template
// and message is sound, and money and times read as people write them.
#include "http/pages/account.hpp"
#include "http/pages/embedded.hpp"
#include "http/pages/markets.hpp"
#include "http/pages/qr.hpp"
#include "http/pages/render.hpp"
#include "http/pages/texts.hpp"
#include "http/pages/visit.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace souk::http {
namespace {

namespace bj = boost::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* nasty = R"(<script>alert("1")</script>' onx=1 & </title>)";

bj::object layout_of(const std::string& text) {
  return {{"locale", "en"},           {"title", text},
          {"description", text},      {"json_ld", ""},
          {"search_words", text},     {"form_token", text},
          {"form_key", text},         {"form_back", text},
          {"signed_in", false},       {"cart_units", 0},
          {"languages", bj::array{}}, {"countries", bj::array{}},
          {"canonical", ""},          {"refresh", false}};
}

bj::object nasty_card() {
  return {{"handle", nasty},
          {"title", nasty},
          {"brand", nasty},
          {"image", bj::object{{"url", "javascript:alert(1)"}, {"alt", nasty}}},
          {"several_prices", false},
          {"price", bj::object{{"amount", 129'900}, {"currency", "EUR"}}},
          {"availability", bj::object{{"status", "few_left"}, {"units", 3}}}};
}

class Pages : public testing::Test {
protected:
  static void SetUpTestSuite() { load_templates(); }
};

TEST_F(Pages, ShowNastyTextsAsTexts) {
  bj::object home{{"categories", bj::array{bj::object{{"handle", nasty}, {"name", nasty}}}},
                  {"newest", bj::array{nasty_card()}},
                  {"popular", bj::array{}}};
  const auto page = render_page("en", "home.html", layout_of(nasty), home);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("' onx=1")));
  EXPECT_THAT(page, Not(HasSubstr("</title>'")));
  EXPECT_THAT(page, Not(HasSubstr("javascript:")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert"));
}

TEST_F(Pages, KeepNastyTextsOutOfAttributes) {
  bj::object model{{"words", nasty}, {"items", bj::array{}}};
  auto layout = layout_of("\" autofocus onfocus=\"alert(1)");
  const auto page = render_page("de", "search.html", layout, model);
  EXPECT_THAT(page, Not(HasSubstr("\" autofocus")));
  EXPECT_THAT(page, HasSubstr("lang=\"en\""));
}

TEST_F(Pages, CloseNoScriptElementWithAnObject) {
  const auto text = script_json({{"name", "</script><script>alert(1)</script><!--"}});
  EXPECT_THAT(text, Not(HasSubstr("<")));
  EXPECT_EQ(bj::parse(text).at("name").as_string(), "</script><script>alert(1)</script><!--");
  auto layout = layout_of("a title");
  layout["json_ld"] = text;
  const auto page =
      render_page("en", "search.html", layout, {{"words", ""}, {"items", bj::array{}}});
  EXPECT_THAT(page, HasSubstr(text));
}

TEST_F(Pages, ShowPricesAndStatesInTheVisitorsLanguage) {
  const bj::object home{
      {"categories", bj::array{}}, {"newest", bj::array{nasty_card()}}, {"popular", bj::array{}}};
  const auto english = render_page("en", "home.html", layout_of("t"), home);
  EXPECT_THAT(english, HasSubstr("€1,299.00"));
  EXPECT_THAT(english, HasSubstr("Only 3 left"));
  const auto german = render_page("de", "home.html", layout_of("t"), home);
  EXPECT_THAT(german, HasSubstr("1.299,00\u00a0€"));
  EXPECT_THAT(german, HasSubstr("Nur noch 3"));
}

TEST_F(Pages, HoldNoScriptStyleOrForeignAddressOfTheirOwn) {
  for (const auto& file : embedded_files()) {
    if (!file.name.ends_with(".html"))
      continue;
    EXPECT_THAT(std::string{file.text}, Not(HasSubstr(" style="))) << file.name;
    EXPECT_THAT(std::string{file.text}, Not(HasSubstr(" onclick="))) << file.name;
    EXPECT_THAT(std::string{file.text}, Not(HasSubstr("//"))) << file.name;
  }
}

TEST_F(Pages, GiveEveryFormItsToken) {
  for (const auto& file : embedded_files()) {
    const std::string_view text = file.text;
    for (auto at = text.find("method=\"post\""); at != std::string_view::npos;
         at = text.find("method=\"post\"", at + 1)) {
      const auto form = text.substr(at, text.find("</form>", at) - at);
      EXPECT_NE(form.find("name=\"token\""), std::string_view::npos) << file.name << form;
    }
  }
}

TEST(PageTexts, AreThereInEveryLanguageAndPlain) {
  for (const auto* key : {"shop.name", "order.title", "step.paid", "country.GB", "error.internal"})
    for (const auto locale : locales) {
      const auto said = find_text(locale, key);
      ASSERT_TRUE(said) << key;
      EXPECT_FALSE(said->empty()) << key << locale;
      EXPECT_EQ(said->find_first_of("<>\"&"), std::string_view::npos) << key;
    }
  EXPECT_EQ(text("en", "order.title", "S1"), "Order S1");
  EXPECT_FALSE(find_text("en", "no.such.key"));
}

TEST(PageTexts, FollowTheBrowsersLanguage) {
  EXPECT_EQ(choose_locale(""), "en");
  EXPECT_EQ(choose_locale("de-AT,de;q=0.9,en;q=0.8"), "de");
  EXPECT_EQ(choose_locale("fr,en;q=0.3,de;q=0.7"), "de");
  EXPECT_EQ(choose_locale("xx;;;q=,,"), "en");
}

TEST(PageTexts, WriteMoneyAsPeopleDo) {
  EXPECT_EQ(show_money({5, currency{"EUR"}}, "en"), "€0.05");
  EXPECT_EQ(show_money({123'456'789, currency{"GBP"}}, "en"), "£1,234,567.89");
  EXPECT_EQ(show_money({-1999, currency{"USD"}}, "en"), "−$19.99");
  EXPECT_EQ(show_money({1500, currency{"JPY"}}, "en"), "JPY\u00a01,500");
}

TEST(PageTexts, WriteTimesAsPeopleDo) {
  const auto at = *parse_rfc3339("2026-11-02T09:05:59.000Z");
  EXPECT_EQ(show_time(at, "en", "UTC"), "2 November 2026, 09:05 UTC");
  EXPECT_EQ(show_time(at, "en", "Europe/Berlin"), "2 November 2026, 10:05 CET");
  EXPECT_EQ(show_time(at, "de", "Europe/Berlin"), "2. November 2026, 10:05 MEZ");
  const auto summer = at - std::chrono::days{120};
  EXPECT_EQ(show_time(summer, "de", "Europe/Berlin"), "5. Juli 2026, 11:05 MESZ");
  EXPECT_TRUE(is_time_zone("America/New_York"));
  EXPECT_FALSE(is_time_zone("Berlin") || is_time_zone(""));
}

TEST(Devices, AreNamedByBrowserAndSystem) {
  const auto firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
  const auto edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) "
                    "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0";
  const auto phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
                     "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
  EXPECT_EQ(device_name(firefox, "en"), "Firefox on Linux");
  EXPECT_EQ(device_name(edge, "de"), "Edge auf Windows");
  EXPECT_EQ(device_name(phone, "en"), "Safari on iPhone");
  EXPECT_EQ(device_name("curl/8.1", "en"), "");
}

TEST(QrCodes, AreSquareAndHoldNoSecretAsText) {
  const auto svg = qr_svg("otpauth://totp/souk:ann%40example.org?secret=JBSWY3DPEHPK3PXP");
  ASSERT_TRUE(svg);
  EXPECT_THAT(*svg, HasSubstr("viewBox=\"0 0 41 41\"")); // version 4: 33 modules and the quiet zone
  EXPECT_THAT(*svg, Not(HasSubstr("JBSW")));
  EXPECT_FALSE(qr_svg(std::string(5'000, 'x')));
}

TEST(Markets, AreOnlyThoseOnOffer) {
  EXPECT_EQ(parse_market_choice("GB-GBP")->currency, currency{"GBP"});
  EXPECT_EQ(parse_market_choice("CA-USD")->country, "CA");
  for (const auto* text : {"", "GB-EUR", "XX-XXX", "DE-EUR ", "DE"})
    EXPECT_FALSE(parse_market_choice(text)) << text;
}

TEST(Markets, AreSortedAsADictionaryIs) {
  std::vector<std::string> names;
  for (const auto& country : countries_of({}, "de"))
    names.emplace_back(country.at("name").as_string());
  EXPECT_LT(std::ranges::find(names, "Dänemark"), std::ranges::find(names, "Deutschland"));
  EXPECT_LT(std::ranges::find(names, "Niederlande"), std::ranges::find(names, "Österreich"));
  EXPECT_LT(std::ranges::find(names, "Österreich"), std::ranges::find(names, "Polen"));
}

TEST(Forms, CarryATokenOfTheirVisitor) {
  EXPECT_EQ(form_token("secret", "a"), form_token("secret", "a"));
  EXPECT_NE(form_token("secret", "a"), form_token("secret", "b"));
  EXPECT_NE(form_token("secret", "a"), form_token("other", "a"));
}

TEST(Forms, LeadBackOnlyToThisSite) {
  EXPECT_EQ(local_path("/c/mugs?order=title"), "/c/mugs?order=title");
  for (const auto* path : {"", "https://evil.example/", "//evil.example", "/\\evil.example",
                           "/a\r\nSet-Cookie: x=1", "javascript:alert(1)"})
    EXPECT_EQ(local_path(path), "/") << path;
}

} // namespace
} // namespace souk::http
