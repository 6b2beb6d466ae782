// The words of GET /v1/live: what clients say, as values, and what they are told, as text. Knows
// nothing of sockets, rights or states. docs/live.md is the same for people.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <variant>

namespace souk::live {

inline constexpr size_t heard_bytes_max = 4 << 10; ///< of one message of a client

enum class topic_kind : uint8_t { order, sku, cart };

/// "order:<id>", "sku:<SKU>" or "cart:<id>".
struct topic {
  topic_kind kind;
  std::string key;
  std::string name() const;
};
/// errc::not_found for anything else, also for a key that no order, SKU or cart can have.
result<topic> parse_topic(std::string_view name);

struct subscribe {
  std::string name; ///< as sent: parse_topic says whether there can be such a topic
  std::string token;
  std::optional<uint64_t> since;
};
struct unsubscribe {
  std::string name;
};
struct ping {
  int64_t number = 0;
};
using request = std::variant<subscribe, unsubscribe, ping>;

/// Strict, like request bodies: errc::malformed for what is no JSON, errc::invalid with the field.
result<request> parse_request(std::string_view text);

/// `data` is a JSON object.
std::string render_state(std::string_view topic, uint64_t seq, std::string_view data);
std::string render_current(std::string_view topic, uint64_t seq);
/// `topic` may be empty: the message could not be understood.
std::string render_error(std::string_view topic, const failure& why);
std::string render_pong(int64_t number);

/// Why the server ends a conversation (RFC 6455).
enum class close_code : uint16_t {
  normal = 1000,
  going_away = 1001,
  unsupported = 1003,
  inconsistent = 1007,
  policy = 1008,
  try_again = 1013,
};

} // namespace souk::live
