#include "app/sim/read_side.hpp"

#include "actors/live/projection.hpp"
#include "actors/stock/projection.hpp"
#include "persistence/sim_feed.hpp"

namespace souk::sim {

using persistence::sql::parameter;

namespace {
constexpr int64_t batch_most = 20;
/// How far behind its position a consumer may be given rows again, in commits.
constexpr int64_t margin_most = 30;
} // namespace

read_side::read_side(const persistence::sim_store& store, timeline& time, uint64_t seed,
                     complaint complain)
    : store_(store), time_(time), random_(seed), complain_(std::move(complain)), tables_(store) {
  readers_.push_back({[] { return stock::make_projection(); }, nullptr});
  readers_.push_back({[this] { return live::make_projection(notes_); }, nullptr});
  for (auto& r : readers_)
    r.consumer = r.make();
  go_on();
}

void read_side::go_on() {
  time_.after(
      random_.millis(100, 3'000),
      [this] {
        for (auto& r : readers_)
          if (r.position < store_.log().size())
            give(r, true);
        go_on();
      },
      errand::of_machines);
}

void read_side::catch_up() {
  for (auto& r : readers_)
    while (r.position < store_.log().size())
      give(r, false);
}

void read_side::give(reader& r, bool with_faults) {
  const auto& log = store_.log();
  const auto end = std::min(log.size(), r.position + static_cast<size_t>(random_.between(
                                                         1, with_faults ? batch_most : 1'000)));
  std::vector<persistence::feed_change> changes;
  for (auto at = r.position; at < end; ++at)
    changes.push_back(persistence::journal_insert(
        log[at].entity, store_.entities().at(log[at].entity).rows.at(log[at].row)));
  const auto done = r.consumer->apply(tables_.begin(), changes);
  if (!done) {
    complain_("feed", r.consumer->name() + " failed: " + done.error().detail);
    r.position = end;
    return;
  }
  if (with_faults && random_.percent(5)) // before the commit
    return random_.percent(50) ? restart(r) : void();
  tables_.commit();
  r.position = end;
  if (with_faults && random_.percent(5))
    restart(r);
  if (with_faults && random_.percent(1))
    rebuild(r);
}

/// Another node leads now, and begins where it is sure that nothing is missing.
void read_side::restart(reader& r) {
  r.consumer = r.make();
  r.position -= std::min(r.position, static_cast<size_t>(random_.between(0, margin_most)));
}

void read_side::rebuild(reader& r) {
  if (const auto done = r.consumer->reload(tables_.begin(), true); !done)
    return complain_("feed", r.consumer->name() + " cannot begin again: " + done.error().detail);
  tables_.commit();
  r.position = 0;
}

std::optional<read_side::level> read_side::level_of(const std::string& sku_at_warehouse) const {
  const auto known = tables_.levels().find(sku_at_warehouse);
  return known == tables_.levels().end() ? std::nullopt : std::optional{known->second};
}

uint64_t read_side::told_of(const std::string& subject) const {
  const auto known = notes_.highest.find(subject);
  return known == notes_.highest.end() ? 0 : known->second;
}

void read_side::notes::publish(const std::vector<persistence::change_note>& all) {
  for (const auto& note : all)
    highest[note.subject] = std::max(highest[note.subject], note.seq);
}

// --- tables

persistence::sql::connection& read_side::tables::begin() {
  open_ = committed_;
  return *this;
}

result<persistence::sql::rows> read_side::tables::execute(std::string_view statement,
                                                          std::vector<parameter> values) {
  if (statement.starts_with("with s as (select seq, version, payload, chain from snapshot"))
    return persistence::history_rows(store_.read(std::get<std::string>(values.at(1))));
  if (statement.starts_with("insert into stock_level"))
    put_levels(values);
  else if (statement == "delete from stock_level")
    open_.clear();
  else
    return fail(errc::internal, "a statement that the simulation does not know");
  return persistence::no_rows();
}

result<void> read_side::tables::script(std::string_view) {
  return fail(errc::internal, "scripts are not simulated");
}

void read_side::tables::put_levels(const std::vector<parameter>& values) {
  const auto& skus = std::get<std::vector<std::string>>(values.at(0));
  const auto& warehouses = std::get<std::vector<std::string>>(values.at(1));
  const auto column = [&](size_t n) -> const std::vector<int64_t>& {
    return std::get<std::vector<int64_t>>(values.at(n));
  };
  for (size_t i = 0; i < skus.size(); ++i) {
    auto& row = open_[skus[i] + "@" + warehouses[i]];
    if (row.seq < column(5)[i])
      row = {column(2)[i], column(3)[i], column(4)[i], column(5)[i]};
  }
}

} // namespace souk::sim
