// What stands above a mail's text.
#include "adapters/smtp_mailer.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <ctime>

namespace souk::adapters {

namespace {

/// RFC 2047: a line with encoded words has at most 76 characters; the first names its field, too.
constexpr size_t word_bytes_max = 39;

bool is_plain(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (std::isalnum(static_cast<unsigned char>(c)) || c == ' '); });
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const auto written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                       reinterpret_cast<const unsigned char*>(bytes.data()),
                                       static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(written));
  return out;
}

/// Words of whole UTF-8 characters, each on a line of its own.
std::string encoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto size = std::min(text.size(), word_bytes_max);
    while (size > 1 && size < text.size() && continues_character(text[size]))
      --size;
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(text.substr(0, size)) + "?=";
    text.remove_prefix(size);
  }
  return out;
}

std::string phrase(std::string_view text) {
  return is_plain(text) && text.size() <= word_bytes_max ? std::string{text} : encoded(text);
}

std::string shown(const notification::mailbox& box) {
  return box.name.empty() ? "<" + box.address + ">" : phrase(box.name) + " <" + box.address + ">";
}

/// "Sat, 21 Nov 2026 09:30:00 +0000" (RFC 5322)
std::string mail_date(time_point t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
  const std::time_t at = seconds;
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  char out[64];
  return {out, std::strftime(out, sizeof out, "%a, %d %b %Y %H:%M:%S +0000", &parts)};
}

} // namespace

std::vector<std::string> mail_headers(const notification::mail& m, const std::string& host) {
  return {"Date: " + mail_date(m.date),    "Message-ID: <" + m.id + "@" + host + ">",
          "From: " + shown(m.from),        "To: " + shown(m.to),
          "Subject: " + phrase(m.subject), "Content-Language: " + m.locale,
          "Auto-Submitted: auto-generated"};
}

bool is_mailable(std::string_view address) {
  const auto at = address.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
         address.find('@', at + 1) == std::string_view::npos &&
         std::ranges::none_of(address, [](char c) {
           return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '<' || c == '>' ||
                  c == '"' || c == ',' || c == ';' || c == '\\';
         });
}

} // namespace souk::adapters
