// What the design says a stock cell, a cart, a session and a shipment do, as plain sequential
// programs over plain maps: written from DESIGN.md, the messages and the schemas, not from the
// models under test, and slower than those in every way.
//
//   refuses   why a command is refused at `now`, nothing when it is not
//   has_done  it changes nothing (any more)
//   perform   the change
//   fold      one event of the journal
//   answer    what is told afterwards
#pragma once

#include "actors/cart/messages.hpp"
#include "actors/session/messages.hpp"
#include "actors/shipment/messages.hpp"
#include "actors/stock/messages.hpp"
#include "app/sim/heard.hpp"

#include <map>
#include <set>

namespace souk::pb {
class cart_event;
class session_event;
class shipment_event;
class stock_event;
} // namespace souk::pb

namespace souk::sim {

/// What a journal remembers commands by, to recognise repeats.
struct repeats_policy {
  size_t commands = 64;
  std::chrono::hours age{24};
};

struct cell_model {
  static constexpr std::string_view kind = stock::kind;
  static constexpr repeats_policy repeats{};
  using command = stock::command;
  using reply = stock::reply;
  using event = pb::stock_event;

  enum class phase : uint8_t { held, claimed, shipped, released };
  struct unit {
    cell_model::phase phase = phase::held;
    int64_t quantity = 0;
    time_point until = never; ///< held: it lapses; shipped, released: it is forgotten
    bool operator==(const unit&) const = default;
  };
  struct state {
    int64_t on_hand = 0, received = 0, adjusted = 0, shipped = 0, returned = 0;
    std::string why;                   ///< it was taken in, or counted, the last time
    std::map<std::string, unit> units; ///< by reservation
    bool operator==(const state&) const = default;
    int64_t sum(cell_model::phase of) const;
    /// What could be taken at `now`: holds whose time has passed are in nobody's way.
    int64_t free(time_point now, const std::string& own = {}) const;
    const unit* find(const std::string& reservation) const;
  };

  static std::optional<failure> refuses(const state& s, const command& c, time_point now);
  static bool has_done(const state& s, const command& c);
  static void perform(state& s, const command& c, time_point at);
  static void fold(state& s, const event& e, time_point at);
  static reply answer(const state& s, const command& c);
  /// Said `told`, is it `mine`?
  static bool agrees(const reply& mine, const reply& told);
  /// The journal keeps the command's id; else the state itself shows that it was done.
  static bool is_remembered(const command& c);
  /// The reservation they are about.
  static std::string subject(const command& c);
  static std::string subject(const std::vector<event>& events);
  /// `events` may be what an unremembered `c` left.
  static bool fits(const command& c, const std::vector<event>& events);
  /// Holds that `e` lets go because their time has passed; errors go to `wrong`.
  static bool lets_lapse(state& s, const event& e, time_point at, std::string& wrong);
  /// What is forgotten when an event is recorded.
  static void forget(state& s, time_point at);
  /// When, in between, its answers change by themselves.
  static std::vector<time_point> turns(const state& s, time_point from, time_point to);
};

struct cart_model {
  static constexpr std::string_view kind = cart::kind;
  static constexpr repeats_policy repeats{};
  using command = cart::command;
  using reply = cart::reply;
  using event = pb::cart_event;

  struct state {
    cart::cart_view view;
    std::string from_cart;
    int64_t ordered_total = 0;
    bool owes_birth = false;
    std::vector<std::string> absorbed; ///< the last 64
    time_point touched;
    /// The words of problems are for people and not compared.
    bool operator==(const state& other) const;

    cart::line_view* line(const std::string& id);
    const cart::line_view* line(const std::string& id) const;
    /// Replaces the line of that id, or is a new one.
    void put(const cart::line& l);
    /// Touching a line solves its problems.
    void solve(const std::string& line_id);
    void reopen_after(const std::string& order);
    void remember_absorbed(const std::string& from);
    void expire();
    /// One event more: sums follow from the lines.
    void touch(time_point at);
  };

  static std::optional<failure> refuses(const state& s, const command& c, time_point now);
  static bool has_done(const state& s, const command& c);
  static void perform(state& s, const command& c, time_point at);
  static void fold(state& s, const event& e, time_point at);
  static reply answer(const state& s, const command& c);
  static bool agrees(const reply& mine, const reply& told) { return mine == told; }
  static bool is_remembered(const command& c);
  static bool fits(const command& c, const std::vector<event>& events);
  static void forget(state&, time_point) {}
};

struct session_model {
  static constexpr std::string_view kind = session::kind;
  static constexpr repeats_policy repeats{};
  using command = session::command;
  using reply = session::reply;
  using event = pb::session_event;

  struct state {
    bool begun = false;
    std::string token_hash;
    session::session_view view;
    bool operator==(const state&) const = default;
  };

  static std::optional<failure> refuses(const state& s, const command& c, time_point now);
  static bool has_done(const state& s, const command& c);
  static void perform(state& s, const command& c, time_point at);
  static void fold(state& s, const event& e, time_point at);
  static reply answer(const state& s, const command&) { return s.view; }
  static bool agrees(const reply& mine, const reply& told) { return mine == told; }
  static bool is_remembered(const command& c);
  static bool fits(const command& c, const std::vector<event>& events);
  static void forget(state&, time_point) {}
};

struct shipment_model {
  static constexpr std::string_view kind = shipment::kind;
  static constexpr repeats_policy repeats{};
  using command = shipment::command;
  using reply = shipment::reply;
  using event = pb::shipment_event;

  struct state {
    shipment::shipment_view view;
    bool order_told = false;
    bool operator==(const state&) const = default;
  };

  static std::optional<failure> refuses(const state& s, const command& c, time_point now);
  static bool has_done(const state& s, const command& c);
  static void perform(state& s, const command& c, time_point at);
  static void fold(state& s, const event& e, time_point at);
  static reply answer(const state& s, const command&) { return s.view; }
  static bool agrees(const reply& mine, const reply& told) { return mine == told; }
  static bool is_remembered(const command&) { return false; }
  static bool fits(const command& c, const std::vector<event>& events);
  static void forget(state&, time_point) {}
};

} // namespace souk::sim
