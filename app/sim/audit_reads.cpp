// The audit of what is read from the log: every projection equals a fold of the journal.
#include "app/sim/audit.hpp"
#include "app/sim/read_side.hpp"

namespace souk::sim {

void audit::finish_reads(const read_side& reads) {
  for (const auto& entry : store_.entities()) {
    const auto& entity = entry.first;
    const auto key = entity.substr(entity.find('/') + 1);
    const auto& fold = fold_of(entity);
    if (const auto* cell = std::get_if<stock_fold>(&fold.of); cell && fold.seq > 0) {
      const auto reserved =
          cell->sum(stock_fold::phase::held) + cell->sum(stock_fold::phase::claimed);
      const read_side::level mine{cell->now.on_hand, reserved,
                                  std::max<int64_t>(0, cell->now.on_hand - reserved),
                                  static_cast<int64_t>(fold.seq)};
      if (reads.level_of(key) != mine)
        complain(entity, "stands in stock_level with other numbers than its journal has");
    }
    const auto kind = entity.substr(0, entity.find('/'));
    if ((kind == "order" || kind == "cart") && reads.told_of(kind + ":" + key) != fold.seq)
      complain(entity, "moved without anybody who watches being told");
  }
}

} // namespace souk::sim
