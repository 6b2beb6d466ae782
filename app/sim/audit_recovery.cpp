#include "app/sim/audit_recovery.hpp"

#include "actors/entity/fold.hpp"
#include "actors/order/order.hpp"
#include "actors/session/session.hpp"
#include "actors/shipment/shipment.hpp"
#include "actors/stock/stock.hpp"
#include "app/sim/upgrade.hpp"

#include <boost/pfr.hpp>

#include <algorithm>

namespace souk::sim {

namespace {

/// Equal field by field, where a model's state has no == of its own: behind pointers, too.
template <class T>
bool same(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, std::shared_ptr<const order::placement>>) {
    return a && b ? *a == *b : !a && !b;
  } else if constexpr (std::is_same_v<T, stock::holdings>) {
    return a.total() == b.total() &&
           std::ranges::equal(a.all(), b.all(),
                              [](const auto* x, const auto* y) { return same(*x, *y); });
  } else if constexpr (std::equality_comparable<T>) {
    return a == b;
  } else {
    bool equal = true;
    boost::pfr::for_each_field(a, [&](const auto& field, auto index) {
      equal = equal && same(field, boost::pfr::get<decltype(index)::value>(b));
    });
    return equal;
  }
}

/// Empty: the two are the same.
template <class Fold>
std::string difference(const Fold& whole, const Fold& restored) {
  if (whole.seq != restored.seq)
    return "other events";
  if (!same(whole.state, restored.state))
    return "another state";
  if (!std::ranges::equal(whole.memory.commands(), restored.memory.commands(),
                          [](const auto& x, const auto& y) { return same(x, y); }))
    return "other commands executed";
  if (whole.last_at != restored.last_at)
    return "another time of its last event";
  return whole.level == restored.level ? "" : "another feature level";
}

template <entity::model M>
void compare(const persistence::stored_history& stored, const complaint& complain) {
  using fold = entity::fold<M>;
  fold whole;
  std::optional<fold> restored;
  const auto judge = [&](const fold& other, const char* of) {
    if (const auto what = difference(whole, other); !what.empty())
      complain(std::string{of} + " after event " + std::to_string(whole.seq) + " knows " + what +
               " than the journal");
  };
  for (const auto& [row, chain, at] : stored.rows) {
    if (!whole.replay(row.first_seq, row.payload))
      return complain("its journal cannot be replayed");
    fold again;
    if (again.restore(whole.snapshot()))
      judge(again, "a snapshot");
    else
      complain("its snapshot cannot be read");
    if (!stored.snapshot || whole.seq < stored.snapshot->seq)
      continue;
    if (!restored && !restored.emplace().restore(*stored.snapshot))
      return complain("the snapshot that is stored cannot be read");
    if (restored->seq < whole.seq && !restored->replay(row.first_seq, row.payload))
      return complain("cannot be replayed from its snapshot");
    judge(*restored, "the stored snapshot");
  }
}

} // namespace

void check_recovery(std::string_view entity, const persistence::stored_history& stored,
                    const complaint& complain) {
  const auto kind = entity.substr(0, entity.find('/'));
  if (kind == cart::kind)
    compare<newer_cart>(stored, complain);
  else if (kind == order::kind)
    compare<order::model>(stored, complain);
  else if (kind == session::kind)
    compare<session::model>(stored, complain);
  else if (kind == shipment::kind)
    compare<shipment::model>(stored, complain);
  else if (kind == stock::kind)
    compare<stock::model>(stored, complain);
  else
    complain("is of a kind that nobody checks");
}

} // namespace souk::sim
