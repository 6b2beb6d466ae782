#include "http/pages/checkout_form.hpp"

#include "actors/user/address_rules.hpp"
#include "http/api/fields.hpp"
#include "http/pages/sealed.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr std::chrono::hours kept_for{2};
constexpr size_t line_max = 200, postal_code_max = 20;

struct test_card {
  const char* id;
  const char* text;
};
constexpr test_card cards[] = {{"pm_card_visa", "card.works"},
                               {"pm_card_chargeDeclined", "card.declined"},
                               {"pm_card_chargeDeclinedInsufficientFunds", "card.no_funds"},
                               {"pm_card_authenticationRequired", "card.authentication"}};

/// A browser keeps cookies of some 4 kB, and sealing and base64 add a third. What was too long
/// stays so, and no character is cut in two.
std::string shortened(std::string text) {
  constexpr size_t bytes_of_character = 4;
  auto end = std::min<size_t>(text.size(), line_max + bytes_of_character);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  text.resize(end);
  return text;
}

} // namespace

checkout_form read_checkout(const visit& v) {
  const auto in = read_sealed(v, checkout_cookie);
  return {.email = text_in(in, "email"),
          .to = {text_in(in, "name"), text_in(in, "line1"), text_in(in, "line2"),
                 text_in(in, "city"), text_in(in, "postal_code"), text_in(in, "country"),
                 text_in(in, "state")},
          .option = text_in(in, "option"),
          .order = text_in(in, "order")};
}

void keep_checkout(const visit& v, const checkout_form& form) {
  bj::object kept{{"email", form.email},    {"name", form.to.name},
                  {"line1", form.to.line1}, {"line2", form.to.line2},
                  {"city", form.to.city},   {"postal_code", form.to.postal_code},
                  {"state", form.to.state}, {"country", form.to.country},
                  {"option", form.option},  {"order", form.order}};
  keep_sealed(v, checkout_cookie, std::move(kept), kept_for);
}

checkout_form posted_checkout(const visit& v) {
  const auto field = [&](std::string_view name) { return shortened(v.field(name)); };
  checkout_form form{.email = v.field("email").substr(0, 255),
                     .to = {field("name"), field("line1"), field("line2"), field("city"),
                            field("postal_code"), field("country")},
                     .option = field("option"),
                     .order = {}};
  if (user::has_states(form.to.country))
    form.to.state = field("state");
  return form;
}

std::vector<std::pair<std::string, std::string>> wrong_fields(const checkout_form& form) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto check = [&](const char* name, const std::string& value, size_t max) {
    if (value.empty())
      out.emplace_back(name, "field.required");
    else if (value.size() > max)
      out.emplace_back(name, "field.too_long");
  };
  if (!user::normalise_email(form.email))
    out.emplace_back("email", "field.bad_email");
  check("name", form.to.name, line_max);
  check("line1", form.to.line1, line_max);
  if (form.to.line2.size() > line_max)
    out.emplace_back("line2", "field.too_long");
  check("postal_code", form.to.postal_code, postal_code_max);
  if (!form.to.postal_code.empty() && !user::is_postal_code(form.to.country, form.to.postal_code))
    out.emplace_back("postal_code", "field.bad_postal_code");
  check("city", form.to.city, line_max);
  if (form.to.state.empty() && user::has_states(form.to.country))
    out.emplace_back("state", "field.required");
  else if (!user::is_state(form.to.country, form.to.state))
    out.emplace_back("state", "field.bad_state");
  if (!is_country(form.to.country))
    out.emplace_back("country", "field.required");
  if (form.option.empty())
    out.emplace_back("option", "field.required");
  return out;
}

std::string say_wrong(const visit& v, std::string_view why, std::string_view country) {
  return text(v.locale, why,
              why == "field.bad_state" ? user::state_example(country)
                                       : user::postal_code_example(country));
}

checkout::address as_destination(const user::address& a) {
  return {a.name, a.line1, a.line2, a.city, a.postal_code, a.country, a.state};
}

bj::object json_of(const checkout::address& to, std::string_view locale) {
  const auto country = find_text(locale, "country." + to.country);
  return {{"name", to.name},       {"line1", to.line1},
          {"line2", to.line2},     {"city", to.city},
          {"state", to.state},     {"postal_code", to.postal_code},
          {"country", to.country}, {"country_name", country ? std::string{*country} : to.country}};
}

bj::array test_cards(const visit& v) {
  bj::array out;
  if (v.c.at.test_cards)
    for (const auto& card : cards)
      out.push_back(
          bj::object{{"id", card.id}, {"name", v.say(card.text)}, {"chosen", out.empty()}});
  return out;
}

std::string chosen_card(const visit& v) {
  const auto asked = v.field("card");
  for (const auto& card : cards)
    if (v.c.at.test_cards && asked == card.id)
      return asked;
  return {};
}

} // namespace souk::http
