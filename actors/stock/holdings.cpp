#include "actors/stock/holdings.hpp"

#include <algorithm>

namespace souk::stock {

namespace {
constexpr std::pair<int, time_point> first_end{1, time_point::min()};
} // namespace

int64_t holdings::available(int64_t freed) const {
  return std::max<int64_t>(0, total_ - held_ - claimed_ + freed);
}

const reservation* holdings::find(const std::string& id) const {
  const auto at = book_.find(id);
  return at == book_.end() ? nullptr : &*at;
}

time_point holdings::next_lapse() const {
  const auto& by_turn = book_.get<1>();
  return by_turn.empty() || by_turn.begin()->phase != phase::held ? never : by_turn.begin()->until;
}

std::vector<const reservation*> holdings::lapsed(time_point now, int64_t units,
                                                 std::string_view except) const {
  std::vector<const reservation*> found;
  for (const auto& r : book_.get<1>()) {
    if (units <= 0 || r.phase != phase::held || r.until > now)
      break;
    if (r.id == except)
      continue;
    units -= r.quantity;
    found.push_back(&r);
  }
  return found;
}

std::vector<const reservation*> holdings::all() const {
  std::vector<const reservation*> found;
  found.reserve(book_.size());
  for (const auto& r : book_.get<1>())
    found.push_back(&r);
  return found;
}

void holdings::hold(const std::string& id, int64_t quantity, time_point expires) {
  put({id, phase::held, quantity, expires});
}

void holdings::extend(const std::string& id, time_point expires) {
  const auto* r = find(id);
  if (r && r->phase == phase::held)
    put({id, phase::held, r->quantity, expires});
}

void holdings::claim(const std::string& id, int64_t quantity) {
  put({id, phase::claimed, quantity, never});
}

void holdings::release(const std::string& id, time_point at) {
  put({id, phase::released, 0, at + memory});
}

int64_t holdings::settle(const std::string& id, time_point at) {
  const auto* r = find(id);
  if (!r || r->phase != phase::claimed)
    return 0;
  const auto units = r->quantity;
  put({id, phase::settled, units, at + memory});
  total_ = std::max<int64_t>(0, total_ - units);
  return units;
}

void holdings::lapse(const std::string& id) {
  const auto at = book_.find(id);
  if (at == book_.end() || at->phase != phase::held)
    return;
  weigh(*at, -1);
  book_.erase(at);
}

void holdings::forget(time_point at) {
  if (ended_ == 0)
    return;
  auto& by_turn = book_.get<1>();
  auto oldest = by_turn.lower_bound(first_end);
  while (ended_ > 0 && (oldest->until <= at || ended_ > ended_max)) {
    weigh(*oldest, -1);
    oldest = by_turn.erase(oldest);
  }
}

void holdings::put(reservation r) {
  weigh(r, 1);
  const auto [at, fresh] = book_.insert(std::move(r));
  if (fresh)
    return;
  weigh(*at, -1);
  book_.modify(at, [&](reservation& known) {
    known.phase = r.phase;
    known.quantity = r.quantity;
    known.until = r.until;
  });
}

void holdings::weigh(const reservation& r, int sign) {
  switch (r.phase) {
  case phase::held:
    held_ += sign * r.quantity;
    break;
  case phase::claimed:
    claimed_ += sign * r.quantity;
    break;
  case phase::released:
  case phase::settled:
    ended_ += static_cast<size_t>(sign);
    break;
  }
}

} // namespace souk::stock
