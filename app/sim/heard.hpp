// A request to an entity and what its asker heard, as plain facts for the checkers.
#pragma once

#include "actors/cart/messages.hpp"
#include "actors/order/messages.hpp"
#include "actors/session/messages.hpp"
#include "actors/shipment/messages.hpp"
#include "actors/stock/messages.hpp"
#include "base/ids.hpp"

#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace souk::sim {

using any_command = std::variant<stock::command, cart::command, order::command, session::command,
                                 shipment::command>;
using any_reply =
    std::variant<stock::reply, cart::reply, order::reply, session::reply, shipment::reply>;
/// How far a node's idea of the database's time may be from it.
inline constexpr std::chrono::seconds clock_tolerance{3};

/// Expires with whoever asks: the answer to a dead one is heard by nobody.
using caller = std::weak_ptr<const uint64_t>;

/// The answer to `extend` as an order hears it: it is not told how many.
inline constexpr int64_t unknown_units = -1;

/// What an asker got to know, which may be less than what was answered.
struct heard {
  enum class how : uint8_t { said, refused, either };
  how way = how::said;
  std::optional<any_reply> reply = {}; ///< nothing: only that it was done
  std::optional<errc> code = {};       ///< nothing: some refusal that is final
  std::optional<int64_t> available = {};

  static heard done() { return {}; }
  static heard saying(any_reply what) { return {.reply = std::move(what)}; }
  static heard refusal(const failure& why) {
    const auto free = why.problems.empty() ? std::nullopt : why.problems.front().available;
    return {.way = how::refused, .code = why.code, .available = free};
  }
  /// The outcome is unknown: it may have happened or not.
  bool tells_nothing() const { return way == how::refused && code && is_transient(*code); }
};

struct request {
  uint64_t number = 0;
  std::string entity;
  std::string actor; ///< "somebody", "the bank", or the entity that asks
  any_command what;
  command_id id;
  time_point expires = never;
  time_point asked_at;
  std::optional<caller> who = {}; ///< nothing: nobody waits for an answer
  uint64_t floor = 0;             ///< entries of the entity that somebody had heard of by then
  std::optional<heard> answer = {};
  time_point answered_at = {};
};

// In words, for stories and complaints.
std::string in_words(const any_command& what);
std::string in_words(const heard& what);
/// One event of an entity, as its journal has it.
std::string event_in_words(std::string_view kind, const std::string& bytes);

/// The variant of the domain whose reply R is one of.
template <class R>
any_reply any_reply_of(const R& r) {
  if constexpr (std::is_same_v<R, cart::cart_view>)
    return cart::reply{r};
  else if constexpr (std::is_same_v<R, session::session_view>)
    return session::reply{r};
  else if constexpr (std::is_same_v<R, shipment::shipment_view>)
    return shipment::reply{r};
  else if constexpr (std::is_constructible_v<order::reply, R>)
    return order::reply{r};
  else
    return stock::reply{r};
}

} // namespace souk::sim
