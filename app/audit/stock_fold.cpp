// Stock cells: recounts the shelf and follows every reservation to its end (I1, I8).
#include "app/audit/entity_fold.hpp"

#include <algorithm>
#include <deque>
#include <proto/stock.pb.h>

namespace souk::audit {

namespace {

/// How long, and of how many, a cell has to know what ended.
constexpr std::chrono::hours end_memory{1};
constexpr size_t ends_max = 100'000;

class stock_fold final : public entity_fold {
public:
  stock_fold(std::string_view key, const fold_tools& tools)
      : tools_(tools), key_(key), entity_("stock/" + key_) {}

  bool apply(std::string_view event, const place& where) override {
    if (!event_.ParseFromArray(event.data(), static_cast<int>(event.size())))
      return false;
    where_ = where;
    forget();
    const bool known = read();
    if (cell_.on_hand < 0 || cell_.held < 0 || cell_.claimed < 0)
      fault("I1", "a number is negative");
    return known;
  }

  std::string difference(const std::string& state, uint32_t version) const override {
    pb::stock_state in;
    if (version != 1 || !in.ParseFromString(state))
      return "it cannot be read";
    if (in.on_hand() != cell_.on_hand || in.received() != cell_.received ||
        in.adjusted() != cell_.adjusted || in.shipped() != cell_.shipped ||
        in.returned() != cell_.returned)
      return "its shelf is another";
    size_t open = 0;
    for (const auto& r : in.reservations()) {
      const auto phase = static_cast<unit_phase>(r.phase());
      const auto mine = cell_.units.find(r.id());
      if (phase == unit_phase::released)
        continue;
      if (mine == cell_.units.end() || mine->second.phase != phase ||
          mine->second.quantity != r.quantity())
        return "reservation " + r.id() + " is another";
      open += is_open(phase);
    }
    const auto mine =
        std::ranges::count_if(cell_.units, [](const auto& u) { return is_open(u.second.phase); });
    return open == static_cast<size_t>(mine) ? "" : "reservations are missing";
  }

  std::optional<time_point> owes() const override {
    std::optional<time_point> first;
    for (const auto& [id, unit] : cell_.units)
      if (unit.phase == unit_phase::held && (!first || unit.until < *first))
        first = unit.until;
    return first;
  }

  void close(uint64_t seq) override {
    if (cell_.received + cell_.adjusted != cell_.on_hand + cell_.shipped - cell_.returned)
      fault("I1", "received + adjusted is not on_hand + shipped − returned");
    std::erase_if(cell_.units,
                  [](const auto& u) { return u.second.phase == unit_phase::released; });
    cell_.seq = seq;
    tools_.facts.cells.insert_or_assign(key_, std::move(cell_));
  }

private:
  static bool is_open(unit_phase p) { return p == unit_phase::held || p == unit_phase::claimed; }

  bool read() {
    using kind = pb::stock_event;
    switch (event_.kind_case()) {
    case kind::kHeld:
      hold(event_.held());
      return true;
    case kind::kExtended:
      extend(event_.extended());
      return true;
    case kind::kClaimed:
      claim(event_.claimed());
      return true;
    case kind::kReleased:
      release(event_.released().reservation());
      return true;
    case kind::kShipped:
      ship(event_.shipped().reservation());
      return true;
    case kind::kGivenBack:
      give_back(event_.given_back().quantity());
      return true;
    case kind::kReceived:
      cell_.received += event_.received().quantity();
      cell_.on_hand += event_.received().quantity();
      return true;
    case kind::kCounted:
      cell_.adjusted += event_.counted().quantity() - cell_.on_hand;
      cell_.on_hand = event_.counted().quantity();
      cell_.counts.insert(cell_.on_hand);
      return true;
    case kind::kLapsed:
      for (const auto& id : event_.lapsed().ids())
        lapse(id);
      return true;
    case kind::KIND_NOT_SET:
      break;
    }
    return false;
  }

  void hold(const pb::stock_event::of_reservation& e) {
    const auto [at, fresh] = cell_.units.try_emplace(e.reservation());
    if (!fresh) {
      fault("law3", e.reservation() + " is held once more");
      uncount(at->second);
    }
    at->second = {unit_phase::held, e.quantity(), from_micros(e.expires_us())};
    cell_.held += e.quantity();
    if (e.quantity() < 1)
      fault("I1", e.reservation() + " holds nothing");
    if (cell_.held + cell_.claimed > cell_.on_hand)
      fault("I1", "oversold: " + e.reservation() + " holds what is not there");
  }

  void extend(const pb::stock_event::of_reservation& e) {
    const auto at = cell_.units.find(e.reservation());
    if (at == cell_.units.end() || at->second.phase != unit_phase::held)
      return fault("I8", e.reservation() + " is extended but not held");
    at->second.until = from_micros(e.expires_us());
  }

  void claim(const pb::stock_event::of_reservation& e) {
    const auto [at, fresh] = cell_.units.try_emplace(e.reservation());
    const auto own = !fresh && at->second.phase == unit_phase::held ? at->second.quantity : 0;
    if (!fresh && at->second.phase != unit_phase::held)
      fault("law3", e.reservation() + " is claimed after it had ended or was claimed");
    if (!fresh)
      uncount(at->second);
    at->second = {unit_phase::claimed, e.quantity(), never};
    cell_.claimed += e.quantity();
    const auto needed = cell_.claimed + (e.quantity() > own ? cell_.held : 0);
    if (needed > cell_.on_hand)
      fault("I1", "oversold: " + e.reservation() + " claims what is not there");
  }

  void release(const std::string& id) {
    auto& unit = cell_.units[id];
    if (unit.phase == unit_phase::shipped)
      return fault("I8", id + " is released after it was shipped");
    uncount(unit);
    unit = {unit_phase::released, 0, where_.at + end_memory};
    ends_.emplace_back(unit.until, id);
  }

  void ship(const std::string& id) {
    const auto at = cell_.units.find(id);
    if (at == cell_.units.end() || at->second.phase != unit_phase::claimed)
      return fault("I8", id + " is shipped but not claimed");
    auto& unit = at->second;
    uncount(unit);
    unit.phase = unit_phase::shipped;
    ends_.emplace_back(where_.at + end_memory, id);
    // What left was there: a count that said less is put right.
    const auto there = std::min(cell_.on_hand, unit.quantity);
    cell_.on_hand -= there;
    cell_.shipped += unit.quantity;
    cell_.adjusted += unit.quantity - there;
  }

  void give_back(int64_t quantity) {
    cell_.returned += quantity;
    cell_.on_hand += quantity;
    if (cell_.returned > cell_.shipped)
      fault("I1", "more came back than was shipped");
  }

  void lapse(const std::string& id) {
    const auto at = cell_.units.find(id);
    if (at == cell_.units.end() || at->second.phase != unit_phase::held)
      return fault("I8", id + " lapses but is not held");
    if (at->second.until > where_.at)
      fault("I8", id + " lapses before its time");
    uncount(at->second);
    cell_.units.erase(at);
  }

  void uncount(const cell_unit& unit) {
    if (unit.phase == unit_phase::held)
      cell_.held -= unit.quantity;
    if (unit.phase == unit_phase::claimed)
      cell_.claimed -= unit.quantity;
  }

  void forget() {
    while (!ends_.empty() && (ends_.front().first <= where_.at || ends_.size() > ends_max)) {
      const auto at = cell_.units.find(ends_.front().second);
      if (at != cell_.units.end() && at->second.phase == unit_phase::released)
        cell_.units.erase(at);
      ends_.pop_front();
    }
  }

  void fault(std::string_view rule, const std::string& text) {
    tools_.out.fault(rule, entity_, text + " (event " + std::to_string(where_.seq) + ")");
  }

  fold_tools tools_;
  std::string key_, entity_;
  cell_facts cell_;
  std::deque<std::pair<time_point, std::string>> ends_;
  pb::stock_event event_;
  place where_;
};

} // namespace

std::unique_ptr<entity_fold> make_stock_fold(std::string_view key, const fold_tools& tools) {
  return std::make_unique<stock_fold>(key, tools);
}

} // namespace souk::audit
