#include "app/audit/walk.hpp"

#include "app/audit/snapshot_reader.hpp"
#include "base/crypto.hpp"
#include "base/entity_id.hpp"
#include "base/ids.hpp"

#include <algorithm>
#include <proto/journal.pb.h>
#include <unordered_map>

namespace souk::audit {

namespace {

/// What an entity promises to remember of commands; an order remembers for life.
constexpr uint64_t remembered_commands = 64;
constexpr std::chrono::hours remembered_for{24};

struct stored_snapshot {
  uint64_t seq = 0;
  uint32_t version = 0;
  std::string payload, chain;
};

std::unique_ptr<entity_fold> make_fold(std::string_view kind, std::string_view key,
                                       const fold_tools& tools) {
  if (kind == "stock")
    return make_stock_fold(key, tools);
  if (kind == "order")
    return make_order_fold(key, tools);
  if (kind == "cart")
    return make_cart_fold(key, tools);
  if (kind == "shipment")
    return make_shipment_fold(key, tools);
  return kind == "session" ? make_session_fold(key, tools) : nullptr;
}

struct section_of_kind {
  std::string_view kind, name, rules;
};
constexpr section_of_kind sections[] = {{"stock", "stock", "law1 law3 I1 I6 I7 I8"},
                                        {"order", "orders", "law1 law3 law6 I3 I4 I6 I7"},
                                        {"cart", "carts", "law1 law3 I5 I6 I7"},
                                        {"shipment", "shipments", "law1 law3 I6 I7"},
                                        {"session", "sessions", "law1 law3 I6 I7"}};

/// One entity while its rows pass by.
class entity_walk {
public:
  entity_walk(std::string entity, int64_t shard, const fold_tools& tools,
              std::optional<stored_snapshot> snapshot)
      : tools_(tools), entity_(std::move(entity)), snapshot_(std::move(snapshot)) {
    const std::string_view text = entity_;
    const auto slash = std::min(text.find('/'), text.size());
    const auto kind = text.substr(0, slash);
    const auto section = std::ranges::find(sections, kind, &section_of_kind::kind);
    if (section == std::end(sections))
      tools_.out.enter("others", "law1 law3 I6");
    else
      tools_.out.enter(section->name, section->rules);
    tools_.out.count("entities");
    fold_ = make_fold(kind, text.substr(std::min(slash + 1, text.size())), tools_);
    for_life_ = kind == "order";
    if (static_cast<int64_t>(shard_of(entity_)) != shard)
      fault("law1", "it stands in shard " + std::to_string(shard));
  }

  const std::string& entity() const { return entity_; }

  void row(uint64_t first_seq, uint32_t events, std::string_view payload, std::string_view chain) {
    tools_.out.count("events", events);
    if (first_seq != seq_ + 1)
      halt("I6", (first_seq > seq_ + 1 ? "gap before event " : "overlap at event ") +
                     std::to_string(first_seq));
    const auto expected = next_chain(chain_, first_seq, payload);
    if (!std::equal(expected.begin(), expected.end(), chain.begin(), chain.end(),
                    [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); }))
      halt("I6", "broken chain at event " + std::to_string(first_seq));
    if (chain.size() == chain_.size())
      std::ranges::copy(chain, chain_.begin());
    seq_ = first_seq - 1;
    if (!halted_)
      read(first_seq, events, payload);
    seq_ = first_seq + events - 1;
    if (snapshot_ && snapshot_->seq == seq_ && snapshot_->chain != chain)
      fault("I6", "its snapshot continues another chain");
  }

  void end(std::optional<time_point> wakeup, const audit_options& options) {
    if (snapshot_ && snapshot_->seq > seq_)
      fault("I6", "its snapshot at " + std::to_string(snapshot_->seq) +
                      " is ahead of its journal at " + std::to_string(seq_));
    if (!fold_ || halted_)
      return;
    if (snapshot_ && snapshot_->seq <= seq_ && !compared_)
      fault("I7", "its snapshot at " + std::to_string(snapshot_->seq) + " ends at no event");
    judge_wakeup(wakeup, options);
    fold_->close(seq_);
  }

private:
  void read(uint64_t first_seq, uint32_t events, std::string_view payload) {
    static thread_local pb::commit commit; // keeps its memory from row to row
    if (!commit.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
      return halt("I7", "row " + std::to_string(first_seq) + " cannot be read");
    uint64_t found = 0;
    for (const auto& entry : commit.entries())
      found += static_cast<uint64_t>(entry.events_size());
    if (found != events)
      return halt("I6", "row " + std::to_string(first_seq) + " says " + std::to_string(events) +
                            " events and holds " + std::to_string(found));
    for (const auto& entry : commit.entries()) {
      check_command(entry);
      const auto at = from_micros(entry.at_us());
      if (at < at_)
        fault("law1", "time goes back at event " + std::to_string(seq_ + 1));
      at_ = std::max(at_, at);
      for (const auto& event : entry.events()) {
        ++seq_;
        if (fold_ && !fold_->apply(event, {seq_, first_seq, at}))
          return halt("I7", "event " + std::to_string(seq_) + " is of no known kind");
        if (fold_ && snapshot_ && snapshot_->seq == seq_)
          compare();
      }
    }
  }

  void compare() {
    compared_ = true;
    pb::snapshot packed;
    const auto difference = packed.ParseFromString(snapshot_->payload)
                                ? fold_->difference(packed.state(), snapshot_->version)
                                : "it cannot be read";
    tools_.out.count("snapshots");
    if (!difference.empty())
      fault("I7", "its snapshot at " + std::to_string(seq_) + " is not the fold: " + difference);
  }

  void check_command(const pb::entry& entry) {
    if (entry.command_id().empty())
      return;
    const auto at = from_micros(entry.at_us());
    const auto number = ++commands_seen_;
    const auto [known, fresh] = commands_.try_emplace(entry.command_id(), number, at);
    if (fresh)
      return;
    const auto& [before, then] = known->second;
    if (for_life_ || (number - before <= remembered_commands && at - then <= remembered_for))
      fault("law3", "command " +
                        to_hex({reinterpret_cast<const unsigned char*>(entry.command_id().data()),
                                entry.command_id().size()}) +
                        " was executed twice, again at event " + std::to_string(seq_ + 1));
    known->second = {number, at};
  }

  /// Rows may be early, never late.
  void judge_wakeup(std::optional<time_point> wakeup, const audit_options& options) {
    const auto owed = fold_->owes();
    if (!owed)
      return;
    tools_.out.count("owing");
    const bool stuck = tools_.facts.stuck.contains(entity_);
    const auto* rule = entity_.starts_with("stock/") ? "I8" : "I4";
    if (!wakeup) {
      if (!stuck)
        fault(rule,
              "it owes something since or from " + to_rfc3339(*owed) + " and has no wakeup row");
      return;
    }
    if (*wakeup > std::max(*owed, tools_.now) + options.patience)
      fault(rule, "its wakeup at " + to_rfc3339(*wakeup) + " comes too late, it is due at " +
                      to_rfc3339(*owed));
    if (*owed + options.patience >= tools_.now)
      return;
    tools_.out.count("overdue");
    if (options.settled && !stuck)
      fault(rule,
            "what was due at " + to_rfc3339(*owed) + " is not done and not with the operators");
  }

  void halt(std::string_view rule, const std::string& text) {
    if (std::exchange(halted_, true))
      return;
    fault(rule, text);
    tools_.facts.halted.insert(entity_);
  }
  void fault(std::string_view rule, std::string text) {
    tools_.out.fault(rule, entity_, std::move(text));
  }

  fold_tools tools_;
  std::string entity_;
  std::optional<stored_snapshot> snapshot_;
  std::unique_ptr<entity_fold> fold_;
  chain_hash chain_{};
  uint64_t seq_ = 0;
  time_point at_{};
  bool halted_ = false, compared_ = false, for_life_ = false;
  uint64_t commands_seen_ = 0;
  std::unordered_map<std::string, std::pair<uint64_t, time_point>> commands_;
};

/// A table with one row an entity, read in step with the journal.
class companion {
public:
  companion(row_cursor rows, const char* what) : rows_(std::move(rows)), what_(what) {}

  /// True when it stands at this entity's row; rows passed over belong to no journal.
  result<bool> is_at(int64_t shard, std::string_view entity, const fold_tools& tools) {
    while (!rows_.at_end()) {
      const auto key = std::pair{rows_.integer(0), rows_.text(1)};
      if (key >= std::pair{shard, entity})
        return key == std::pair{shard, entity};
      if (std::exchange(taken_, false) == false)
        tools.out.fault("I6", std::string{key.second},
                        std::string{"it has a "} + what_ + " and no journal");
      if (auto moved = rows_.next(); !moved)
        return moved.error();
    }
    return false;
  }
  const row_cursor& take() {
    taken_ = true;
    return rows_;
  }
  row_cursor& rows() { return rows_; }

private:
  row_cursor rows_;
  const char* what_;
  bool taken_ = false; ///< the present row was its entity's
};

result<companion> open_companion(persistence::sql::connection& c, const char* table,
                                 const char* columns) {
  auto rows = row_cursor::open(c, std::string{"audit_"} + table,
                               std::string{"select shard, entity, "} + columns + " from " + table +
                                   " order by shard, entity");
  if (!rows)
    return rows.error();
  companion out{std::move(*rows), table};
  if (auto first = out.rows().next(); !first)
    return first.error();
  return out;
}

/// All three tables side by side.
struct tables {
  row_cursor journal;
  companion snapshots, wakeups;
};

result<std::optional<entity_walk>> begin_entity(tables& from, const fold_tools& tools) {
  const auto shard = from.journal.integer(0);
  const std::string entity{from.journal.text(1)};
  auto has = from.snapshots.is_at(shard, entity, tools);
  if (!has)
    return has.error();
  std::optional<stored_snapshot> snapshot;
  if (*has) {
    const auto& r = from.snapshots.take();
    snapshot = {static_cast<uint64_t>(r.integer(2)), static_cast<uint32_t>(r.integer(3)),
                std::string{r.bytes(4)}, std::string{r.bytes(5)}};
  }
  return std::optional<entity_walk>{std::in_place, entity, shard, tools, std::move(snapshot)};
}

result<void> end_entity(tables& from, int64_t shard, entity_walk& one, const fold_tools& tools,
                        const audit_options& options) {
  auto has = from.wakeups.is_at(shard, one.entity(), tools);
  if (!has)
    return has.error();
  one.end(*has ? std::optional{from.wakeups.take().time(2)} : std::nullopt, options);
  return {};
}

result<void> walk(tables& from, const fold_tools& tools, const audit_options& options) {
  std::optional<entity_walk> present;
  int64_t shard = 0;
  auto& rows = from.journal;
  while (true) {
    auto more = rows.next();
    if (!more)
      return more.error();
    if (present && (!*more || rows.integer(0) != shard || rows.text(1) != present->entity())) {
      if (auto ended = end_entity(from, shard, *present, tools, options); !ended)
        return ended;
      present.reset();
    }
    if (!*more)
      break;
    if (!present) {
      shard = rows.integer(0);
      auto begun = begin_entity(from, tools);
      if (!begun)
        return begun.error();
      present.emplace(std::move(**begun));
    }
    present->row(static_cast<uint64_t>(rows.integer(2)), static_cast<uint32_t>(rows.integer(3)),
                 rows.bytes(4), rows.bytes(5));
  }
  tools.out.enter("journal", "law1 I6");
  for (auto* rest : {&from.snapshots, &from.wakeups})
    if (auto done = rest->is_at(shard_count, "", tools); !done)
      return done.error();
  return {};
}

} // namespace

result<void> walk_journal(persistence::sql::connection& c, const fold_tools& tools,
                          const audit_options& options) {
  tools.out.enter("journal", "law1 I6");
  auto journal = row_cursor::open(c, "audit_journal",
                                  "select shard, entity, seq, events, payload, chain from journal"
                                  " order by shard, entity, seq");
  if (!journal)
    return journal.error();
  auto snapshots = open_companion(c, "snapshot", "seq, version, payload, chain");
  if (!snapshots)
    return snapshots.error();
  auto wakeups = open_companion(c, "wakeup", "due_at");
  if (!wakeups)
    return wakeups.error();
  tables from{std::move(*journal), std::move(*snapshots), std::move(*wakeups)};
  return walk(from, tools, options);
}

} // namespace souk::audit
