#include "actors/stock/opening.hpp"

#include "actors/entity/codec.hpp"
#include "actors/stock/stock.hpp"
#include "persistence/pg_append.hpp"

#include <set>

namespace souk::stock {

namespace {

constexpr int attempts_max = 5; ///< others may begin histories meanwhile

entity_id cell_of(const first_count& f) { return {kind, key_of(f.sku, f.warehouse)}; }

/// What the cell's own entity would append. errc::invalid when it would refuse.
result<persistence::first_row> row_of(const first_count& f, const std::string& reason,
                                      time_point now) {
  const auto events = model::decide({}, count{f.on_hand, reason}, now);
  if (!events)
    return events.error();
  entity::journal_entry entry{
      .command = {f.command, count_fingerprint, now}, .events = {}, .trace = {}};
  for (const auto& event : *events)
    entry.events.push_back(model::encode(event));
  return persistence::first_row{cell_of(f), static_cast<uint32_t>(entry.events.size()),
                                entity::pack(entry)};
}

result<void> append_first(persistence::pg_connection& c, const std::vector<first_count>& counts,
                          const std::string& reason, time_point now) {
  std::vector<persistence::first_row> rows;
  rows.reserve(counts.size());
  for (const auto& f : counts) {
    auto row = row_of(f, reason, now);
    if (!row)
      return row.error();
    rows.push_back(std::move(*row));
  }
  return persistence::append_first_rows(c, std::move(rows));
}

/// Moves the cells that have a history from `counts` to `known`.
result<void> set_aside(persistence::pg_connection& c, std::vector<first_count>& counts,
                       std::vector<first_count>& known) {
  std::vector<int64_t> shards;
  std::vector<std::string> entities;
  for (const auto& f : counts) {
    const auto id = cell_of(f);
    shards.push_back(id.shard());
    entities.push_back(id.text());
  }
  auto found = c.execute(
      "select w.entity from unnest($1::bigint[], $2::text[]) as w (shard, entity) "
      "where exists (select from journal j where j.shard = w.shard::int and j.entity = w.entity)",
      {shards, entities});
  if (!found)
    return found.error();
  std::set<std::string, std::less<>> begun;
  for (size_t i = 0; i < found->size(); ++i)
    begun.emplace(found->text(i, 0));
  std::erase_if(counts, [&](first_count& f) {
    const bool there = begun.contains(cell_of(f).text());
    if (there)
      known.push_back(std::move(f));
    return there;
  });
  return {};
}

} // namespace

result<std::vector<first_count>> open_cells(persistence::pg_connection& c,
                                            std::vector<first_count> counts,
                                            const std::string& reason, time_point now) {
  std::vector<first_count> known;
  for (int attempt = 0; !counts.empty(); ++attempt) {
    auto done = append_first(c, counts, reason, now);
    if (done)
      break;
    if (done.error().code != errc::conflict || attempt == attempts_max)
      return done.error();
    if (auto moved = set_aside(c, counts, known); !moved)
      return moved.error();
  }
  return known;
}

} // namespace souk::stock
