// What messages say: every kind in every language, in words that nothing from outside can bend.
#include "actors/notification/format.hpp"
#include "actors/notification/templates.hpp"
#include "adapters/smtp_mailer.hpp"

#include <gtest/gtest.h>

using namespace souk;
using namespace souk::notification;

namespace {

const templates& texts() {
  static const templates all{
      {.name = "Bazaar & Söhne", .public_url = "https://shop.example", .language = "en"}};
  return all;
}

message message_of(kind k, const std::string& locale) {
  message m{.id = "1", .kind = k, .person = "p", .to = "ada@example.org", .name = "Ada"};
  m.locale = locale;
  m.values = {{"link", "https://shop.example/orders/1?token=a&b"},
              {"number", "S100001"},
              {"date", "21 November 2026"},
              {"tracking", "1Z999"},
              {"subtotal", "€10.00"},
              {"shipping", "€4.90"},
              {"tax_included", "€2.38"},
              {"total", "€14.90"}};
  for (const char* title : {"Teapot", "Cup"}) {
    m.values.push_back({"line.title", title});
    m.values.push_back({"line.quantity", "2"});
    m.values.push_back({"line.total", "€5.00"});
  }
  m.values.push_back({"address.row", "Ada"});
  m.values.push_back({"address.row", "1 Main Street"});
  return m;
}

size_t count_of(const std::string& text, const std::string& what) {
  size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++n;
  return n;
}

TEST(MessageTexts, ExistForEveryKindInEveryLanguage) {
  for (const auto k : all_kinds)
    for (const auto language : languages) {
      const auto r = texts().render(message_of(k, std::string{language}));
      SCOPED_TRACE(std::string{language} + "/" + std::string{to_string(k)});
      EXPECT_EQ(r.language, language);
      EXPECT_FALSE(r.subject.empty());
      EXPECT_EQ(r.subject.find('\n'), std::string::npos);
      EXPECT_EQ((r.subject + r.text + r.html).find("{{"), std::string::npos);
      EXPECT_NE(r.text.find("Ada"), std::string::npos);
      EXPECT_NE(r.html.find("<html lang=\"" + std::string{language}), std::string::npos);
      EXPECT_EQ(r.html.find("<img"), std::string::npos) << "nothing is fetched by a mail";
      const bool has_link = k != kind::address_changed && k != kind::password_changed;
      EXPECT_EQ(r.text.find("https://shop.example/orders/1?token=a&b") != std::string::npos,
                has_link);
    }
}

TEST(MessageTexts, FallBackToTheShopsLanguage) {
  EXPECT_EQ(texts().render(message_of(kind::check_address, "fi")).language, "en");
  EXPECT_EQ(texts().render(message_of(kind::check_address, "")).language, "en");
  EXPECT_EQ(texts().render(message_of(kind::check_address, "de-AT")).language, "de");
}

TEST(MessageTexts, RepeatASectionForEachLine) {
  const auto r = texts().render(message_of(kind::order_confirmed, "en"));
  EXPECT_EQ(count_of(r.text, "  2 × "), 2u) << r.text;
  EXPECT_NE(r.text.find("  2 × Teapot  €5.00\n  2 × Cup  €5.00\n"), std::string::npos) << r.text;
  EXPECT_NE(r.text.find("Total: €14.90\nTax included in the total: €2.38"), std::string::npos)
      << r.text;
  EXPECT_EQ(r.text.find("Discount"), std::string::npos) << "there was none";
  EXPECT_NE(r.html.find("2 × Teapot"), std::string::npos);
}

TEST(MessageTexts, KeepMarkupAndLineBreaksOfStrangersHarmless) {
  auto m = message_of(kind::order_confirmed, "en");
  const std::string evil = "<script>alert(1)</script>\r\nBcc: all@example.org";
  m.name = evil;
  for (auto& v : m.values)
    v.text = evil;
  const auto r = texts().render(m);
  EXPECT_EQ(r.html.find("<script>"), std::string::npos) << r.html;
  EXPECT_EQ((r.html + r.text + r.subject).find('\r'), std::string::npos);
  EXPECT_EQ(r.text.find("\nBcc:"), std::string::npos) << r.text;
  EXPECT_EQ(r.subject.find('\n'), std::string::npos);
}

TEST(MessageTexts, DoNotLinkToScripts) {
  auto m = message_of(kind::reset_password, "en");
  m.values = {{"link", "javascript:alert(1)"}};
  EXPECT_EQ(texts().render(m).html.find("javascript"), std::string::npos);
}

TEST(MessageTexts, DoNotCarryAnAdvertisementInAName) {
  EXPECT_EQ(plain_name("Dr. Ada Lovelace"), "Dr. Ada Lovelace");
  EXPECT_EQ(plain_name("Zoë"), "Zoë");
  EXPECT_EQ(plain_name("Win at evil.example"), "");
  EXPECT_EQ(plain_name("http://evil"), "");
  EXPECT_EQ(plain_name(std::string(61, 'a')), "");
}

TEST(MessageTexts, WriteMoneyAndDaysAsTheLanguageDoes) {
  const money price{123'456'789, *currency::parse("EUR")};
  EXPECT_EQ(format_money(price, "en"), "€1,234,567.89");
  EXPECT_EQ(format_money(price, "de"), "1.234.567,89\u00a0€");
  EXPECT_EQ(format_money(price, "fr"), "1\u202f234\u202f567,89\u00a0€");
  EXPECT_EQ(format_money({-5, *currency::parse("EUR")}, "en"), "-€0.05");
  EXPECT_EQ(format_money({1'234, *currency::parse("JPY")}, "en"), "JPY\u00a01,234");
  EXPECT_EQ(format_money({1'234, *currency::parse("KWD")}, "de"), "1,234\u00a0KWD");
  const auto day = *parse_rfc3339("2026-03-01T23:59:59Z");
  EXPECT_EQ(format_date(day, "en"), "1 March 2026");
  EXPECT_EQ(format_date(day, "de"), "1. März 2026");
  EXPECT_EQ(format_date(day, "fr"), "1 mars 2026");
}

TEST(MessageText, NamesCountriesInTheLanguageOfTheMail) {
  EXPECT_EQ(format_country("DE", "en"), "Germany");
  EXPECT_EQ(format_country("DE", "de"), "Deutschland");
  EXPECT_EQ(format_country("DE", "fr"), "Allemagne");
  EXPECT_EQ(format_country("GB", "de"), "Vereinigtes Königreich");
  EXPECT_EQ(format_country("", "de"), "");
}

mail mail_named(const std::string& name) {
  return {.id = "abc",
          .from = {"shop@example.com", "Bazaar"},
          .to = {"ada@example.org", name},
          .subject = name,
          .text = {},
          .html = {},
          .locale = "en",
          .date = *parse_rfc3339("2026-11-21T09:30:00Z")};
}

TEST(MailHeaders, HoldPlainWordsAsTheyAre) {
  const auto headers = adapters::mail_headers(mail_named("Ada Lovelace"), "example.com");
  EXPECT_EQ(headers[0], "Date: Sat, 21 Nov 2026 09:30:00 +0000");
  EXPECT_EQ(headers[1], "Message-ID: <abc@example.com>");
  EXPECT_EQ(headers[2], "From: Bazaar <shop@example.com>");
  EXPECT_EQ(headers[3], "To: Ada Lovelace <ada@example.org>");
  EXPECT_EQ(headers[6], "Auto-Submitted: auto-generated");
}

TEST(MailHeaders, EncodeWhatIsNotPlainAndSplitNoCharacter) {
  const auto headers = adapters::mail_headers(mail_named("Zoë\r\nBcc: x@y.example"), "example.com");
  EXPECT_EQ(headers[3].find("Bcc"), std::string::npos);
  EXPECT_EQ(headers[3].find('\n'), std::string::npos);
  std::string umlauts;
  for (int i = 0; i < 40; ++i)
    umlauts += "ü";
  const auto folded = adapters::mail_headers(mail_named(umlauts), "example.com")[4];
  EXPECT_NE(folded.find("\r\n =?UTF-8?B?"), std::string::npos);
  for (size_t at = 0; at < folded.size();) {
    const auto end = std::min(folded.find("\r\n", at), folded.size());
    EXPECT_LE(end - at, 78u);
    at = end + 2;
  }
}

TEST(MailHeaders, RefuseAddressesThatWouldChangeTheEnvelope) {
  EXPECT_TRUE(adapters::is_mailable("ada@example.org"));
  EXPECT_TRUE(adapters::is_mailable("ada+shop@xn--bcher-kva.example"));
  for (const auto* wrong : {"", "ada", "@example.org", "ada@", "a b@example.org",
                            "a@b>\r\nRCPT TO:<c@d", "a@b@c", "a@b,c"})
    EXPECT_FALSE(adapters::is_mailable(wrong)) << wrong;
}

} // namespace
