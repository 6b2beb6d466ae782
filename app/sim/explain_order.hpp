// An order as seen from outside: what its journal may say next, given what it said before and what
// it was told, and what it answers. Not a second saga: when it does something of its own accord is
// its own affair, that it may do it then is checked here.
#pragma once

#include "app/sim/explain_models.hpp"

namespace souk::pb {
class order_event;
} // namespace souk::pb

namespace souk::sim {

struct order_model {
  static constexpr std::string_view kind = order::kind;
  static constexpr repeats_policy repeats{10'000, std::chrono::hours{24 * 3650}};
  using command = order::command;
  using reply = order::reply;
  using event = pb::order_event;

  enum class phase : uint8_t { asked, held, refused, claimed, shipped, released, lost };
  struct unit {
    std::string id; ///< of the reservation
    size_t line = 0;
    std::string warehouse;
    int64_t wanted = 0, granted = 0;
    order_model::phase phase = order_model::phase::asked;
    errc why = errc::sold_out; ///< refused
    int64_t available = 0;     ///< when refused
    bool partial = false;
    int round = 0;
  };
  enum class call : uint8_t { authorise, confirm, capture, cancel, refund };
  struct attempt {
    order_model::call call;
    std::string intent;
    int64_t amount = 0;
    time_point opened;
    std::string outcome; ///< empty: open
    bool pays() const { return call == call::authorise || call == call::confirm; }
    bool open() const { return outcome.empty(); }
  };
  struct parcel {
    std::string id, warehouse, tracking;
    std::vector<std::string> reservations;
    bool routed = false, dispatched = false, told = false, delivered = false;
  };
  struct state {
    order::placement what;
    time_point created, retry_at;
    time_point stands_since; ///< unless it is awaited
    order::status now = order::status::holding;
    errc failure = errc::internal;
    std::vector<unit> units;
    std::vector<attempt> attempts; ///< numbered from 1
    std::vector<payment::intent> intents;
    std::vector<parcel> parcels;
    int64_t refund_asked = 0;
    int round = 0;
    bool cart_told = false, lapse_noticed = false;
    uint64_t version = 0;

    bool exists() const { return version > 0; }
    bool ends_badly() const;
    bool is_over() const;
    /// Who asks for its outcome has to wait for it.
    bool is_awaited() const;
    /// Units of a line that are held or claimed.
    int64_t covered(size_t line) const;
    bool is_covered() const;
    /// The payment it lives on: with money in it, and never begun to be given back.
    const payment::intent* payment() const;
    /// What was captured of `i` and neither came back nor is on its way.
    int64_t refundable(const payment::intent& i) const;
    bool is_capturing() const;
    /// When the authorisation a confirmed order lives on is gone.
    std::optional<time_point> lapses_at() const;
  };

  static std::optional<failure> refuses(const state& s, const command& c, time_point now);
  static bool has_done(const state& s, const command& c);
  /// Why the entry cannot be; empty when it can. Moves `s` on.
  static std::string explain(state& s, const command& c, const std::vector<event>& events,
                             time_point at);
  static void fold(state& s, const event& e, time_point at);
  static reply answer(const state& s, const command& c);
  static bool agrees(const reply& mine, const reply& told);
  static bool is_remembered(const command& c);
  static bool fits(const command& c, const std::vector<event>& events);
  static void forget(state&, time_point) {}
};

/// Its card was tried and declined, or its buyer did not pass the bank's check.
bool is_refused(const payment::intent& i);
/// What is known of a payment after hearing `news`: what is final stays, sums only grow.
payment::intent merged(const payment::intent& known, const payment::intent& news);
/// An attempt ended so when a look-up showed that the bank never got it.
inline constexpr const char* never_got_it = "failed: the provider never got it";

/// Why the order may not write `e` of its own accord, or at all; empty when it may.
std::string why_illegal(const order_model::state& s, const order_model::event& e, time_point at);
/// Why a search for units may not end for `why` yet, or be put off: who has not been asked?
std::string why_search_goes_on(const order_model::state& s, errc why);
/// How many of the first events `c` itself is the reason of; `wrong` says when they are not what it
/// asks for.
size_t own_events(const order_model::state& s, const order_model::command& c,
                  const std::vector<order_model::event>& events, std::string& wrong);

template <class Items>
auto* by_id(Items& items, const std::string& id) {
  for (auto& x : items)
    if (x.id == id)
      return &x;
  return static_cast<decltype(&items[0])>(nullptr);
}

} // namespace souk::sim
