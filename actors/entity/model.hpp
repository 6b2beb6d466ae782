// What a domain is: a pure model. The generic shell (entity.hpp) turns it into a journaled actor;
// tests and the simulation call it as plain functions. No clock, no I/O, no CAF in here.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <concepts>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace souk::entity {

/// For std::visit over commands and events.
template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

/// How many commands an entity remembers to recognise repeats, and for how long.
struct memory_policy {
  size_t commands = 64;
  std::chrono::hours age{24};
};

/// Something an entity owes to others. `step` is unique within the entity for as long as it is owed
/// and names the effect for ever: the target's idempotency key is (entity, step).
template <class What>
struct effect {
  std::string step;   ///< "hold/2/berlin", "authorise/1", "expire/<reservation>"
  std::string target; ///< whose health decides about back-off: "stock", "psp", "self"
  What what;
};

/// The contract of a model M, all static and pure:
///   M::kind      "cart": the first part of entity ids, at most 15 characters
///   M::memory    memory_policy for command ids
///   M::state     default-constructible, movable; what a new entity is
///   M::command   std::variant of structs, each with `using reply = …`
///   M::event     std::variant of structs, past tense
///   M::reply     std::variant of reply structs
///   M::effect    entity::effect<std::variant<…>>
///   decide(state, command, now)  refuses (failure), or answers the events to record; empty for
///   queries
///                                and for commands that change nothing
///   apply(state&, event, at)     total: history never fails; `at` is when the event was recorded
///   answer(state, command)       the reply, computed right after apply, or for a repeat as things
///   are now is_natural(command)          true: the state itself recognises a repeat; the shell
///   remembers nothing due(state)                   when something is owed next (may be early),
///   `never` when nothing is pending(state, now)          what is owed at `now`, each step once
///   is_ready(state, command)     false: the query waits for a later commit (order status after
///   checkout) encode(event) / decode_event(bytes)        Protobuf (proto/<kind>.proto); an unknown
///   kind fails with encode(state) / decode_state(bytes, version)   errc::corrupt; M::state_version
///   is written postings(state, event, at)   optional: double entries that this event books (state
///   before apply)
///   level(event)                 optional: the feature level that reads it, 1 where there is none;
///   not written before every member has that level (rolling upgrade)
///   M::newest_level              optional: the highest level this version reads, 1 where there is
///   none; a snapshot of a state that took a higher one stops the activation, as such an event does
template <class M>
concept model = requires(typename M::state& state, const typename M::state& seen,
                         const typename M::command& command, const typename M::event& event,
                         time_point now, std::string_view bytes) {
  { M::kind } -> std::convertible_to<std::string_view>;
  { M::decide(seen, command, now) } -> std::same_as<result<std::vector<typename M::event>>>;
  { M::apply(state, event, now) } -> std::same_as<void>;
  { M::answer(seen, command) } -> std::same_as<typename M::reply>;
  { M::is_natural(command) } -> std::same_as<bool>;
  { M::is_ready(seen, command) } -> std::same_as<bool>;
  { M::due(seen) } -> std::same_as<time_point>;
  { M::pending(seen, now) } -> std::same_as<std::vector<typename M::effect>>;
  { M::encode(event) } -> std::same_as<std::string>;
  { M::encode(seen) } -> std::same_as<std::string>;
  { M::decode_event(bytes) } -> std::same_as<result<typename M::event>>;
  { M::decode_state(bytes, uint32_t{}) } -> std::same_as<result<typename M::state>>;
};

template <class M>
int level_of(const typename M::event& event) {
  if constexpr (requires { M::level(event); })
    return M::level(event);
  return 1;
}

template <class M>
constexpr int newest_level() {
  if constexpr (requires { M::newest_level; })
    return M::newest_level;
  return 1;
}

} // namespace souk::entity
