// The texts of all messages, built into the program from web/messages: HTML and plain, one a kind
// and language. Values are escaped for where they stand.
#pragma once

#include "actors/notification/messages.hpp"

#include <memory>
#include <span>

namespace souk::notification {

struct embedded_text {
  std::string_view path; ///< below web/messages: "de/order_confirmed.html"
  std::string_view text;
};
/// Made by the build from web/messages.
std::span<const embedded_text> embedded_texts();

struct rendered {
  std::string subject; ///< one line
  std::string text;
  std::string html;
  std::string language;
};

/// What a text may name besides the message's own values.
struct shop_words {
  std::string name;       ///< of the shop
  std::string public_url; ///< "https://shop.example"
  std::string language;   ///< for messages without one of their own
};

/// A value "line.title" fills {{title}} in the section {{#line}}; the section repeats when a name
/// comes again. {{#has_x}} shows when the value x is not empty. Thread-safe.
class templates {
public:
  /// Parses them all; one that is missing or wrong is a programmer's error.
  explicit templates(shop_words shop);
  ~templates();

  rendered render(const message& m) const;

private:
  struct parsed;
  const shop_words shop_;
  std::unique_ptr<parsed> parsed_;
};

/// How a person is addressed: empty for what would put a link, an address or a novel into a mail,
/// because anybody can order one to somebody else's address.
std::string plain_name(std::string_view name);

} // namespace souk::notification
