// What a visitor has filled in at checkout so far. It lives in the browser, sealed with a key of
// the node's secret in an HttpOnly cookie: nothing of it stands in a URL, a log or a table before
// there is an order.
#pragma once

#include "http/pages/visit.hpp"

namespace souk::http {

struct checkout_form {
  std::string email;
  checkout::address to;
  std::string option; ///< shipping
  std::string order;  ///< id, once it is placed: what a repeated form leads to
};

/// Of the cookie; empty fields when there is none, or one of another secret.
checkout_form read_checkout(const visit& v);
void keep_checkout(const visit& v, const checkout_form& form);

/// From the fields of a posted form.
checkout_form posted_checkout(const visit& v);
/// The fields that keep it from being ordered, with the key of the text that says why.
std::vector<std::pair<std::string, std::string>> wrong_fields(const checkout_form& form);

/// That text in the visitor's language; of a postal code with one that this country knows.
std::string say_wrong(const visit& v, std::string_view why, std::string_view country);

checkout::address as_destination(const user::address& a);
/// {name, line1, line2, city, state, postal_code, country, country_name}
boost::json::object json_of(const checkout::address& to, std::string_view locale);

/// The cards of our payment simulator: [{id, name, chosen}]; empty with a real provider.
boost::json::array test_cards(const visit& v);
/// Of a posted form; empty when it is none of those offered.
std::string chosen_card(const visit& v);

} // namespace souk::http
