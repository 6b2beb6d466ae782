#include "actors/user/messages.hpp"

#include "actors/user/address_rules.hpp"

#include <algorithm>

namespace souk::user {

namespace {

constexpr size_t email_bytes_max = 254; // RFC 5321
constexpr size_t local_bytes_max = 64;
constexpr size_t label_bytes_max = 63;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// Letters, digits and . ! # $ % & ' * + / = ? ^ _ ` { | } ~ -, no dot at an end or beside another.
bool is_local_part(std::string_view text) {
  return !text.empty() && text.size() <= local_bytes_max && text.front() != '.' &&
         text.back() != '.' && text.find("..") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) {
           return is_letter_or_digit(c) ||
                  std::string_view{".!#$%&'*+/=?^_`{|}~-"}.find(c) != std::string_view::npos;
         });
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= label_bytes_max && text.front() != '-' &&
         text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_domain(std::string_view text) {
  size_t labels = 0;
  for (size_t from = 0; from <= text.size(); ++labels) {
    const auto dot = std::min(text.find('.', from), text.size());
    if (!is_label(text.substr(from, dot - from)))
      return false;
    from = dot + 1;
  }
  return labels >= 2;
}

/// Something to read, and nothing that would break a line or a label.
bool is_line(std::string_view text, size_t most) {
  return text.size() <= most && text.find_first_not_of(' ') != std::string_view::npos &&
         std::ranges::none_of(
             text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

} // namespace

result<std::string> normalise_email(std::string_view text) {
  const auto first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const auto last = text.find_last_not_of(" \t\r\n");
  std::string email{text.substr(first, last == std::string_view::npos ? 0 : last + 1 - first)};
  std::ranges::transform(email, email.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto at = email.rfind('@');
  if (email.size() > email_bytes_max || at == std::string::npos ||
      !is_local_part(std::string_view{email}.substr(0, at)) ||
      !is_domain(std::string_view{email}.substr(at + 1)))
    return fail_field("/email", "invalid", "is not an e-mail address");
  return email;
}

result<void> check_password(std::string_view password, std::string field) {
  if (password.size() < password_bytes_min || password.size() > password_bytes_max)
    return fail_field(std::move(field), "out_of_range", "8 to 256 bytes");
  return {};
}

std::vector<problem> check_registration(const registration& r) {
  std::vector<problem> problems;
  if (auto email = normalise_email(r.email); !email)
    problems.push_back(email.error().problems.front());
  if (auto password = check_password(r.password, "/password"); !password)
    problems.push_back(password.error().problems.front());
  if (!is_line(r.name, name_bytes_max))
    problems.push_back({"out_of_range", "/name", "1 to 200 bytes on one line", {}});
  return problems;
}

std::vector<problem> check_address(const address& a) {
  std::vector<problem> problems;
  const auto expect = [&problems](bool good, const char* field, const char* detail) {
    if (!good)
      problems.push_back({"invalid", field, detail, {}});
  };
  expect(is_line(a.name, name_bytes_max), "/name", "1 to 200 bytes on one line");
  expect(is_line(a.line1, 200), "/line1", "1 to 200 bytes on one line");
  expect(a.line2.empty() || is_line(a.line2, 200), "/line2", "at most 200 bytes on one line");
  expect(is_line(a.city, 100), "/city", "1 to 100 bytes on one line");
  expect(is_line(a.postal_code, 20), "/postal_code", "1 to 20 bytes");
  if (!a.postal_code.empty())
    expect(is_postal_code(a.country, a.postal_code), "/postal_code",
           "no postal code of this country");
  expect(is_state(a.country, a.state) && (a.state.empty() || is_line(a.state, state_bytes_max)),
         "/state", "a state of this country, where it has states; at most 60 bytes on one line");
  expect(a.country.size() == 2 &&
             std::ranges::all_of(a.country, [](char c) { return c >= 'A' && c <= 'Z'; }),
         "/country", "two capital letters");
  return problems;
}

} // namespace souk::user
