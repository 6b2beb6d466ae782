#include "persistence/sim_store.hpp"

#include <algorithm>

namespace souk::persistence {

namespace {

uint64_t end_of(const stored_history& h) {
  return h.rows.empty() ? 0 : h.rows.back().row.first_seq + h.rows.back().row.events - 1;
}

bool balances(const batch_row& row) {
  std::map<std::string_view, int64_t> sums;
  for (const auto& p : row.postings)
    sums[p.currency.code()] += p.amount;
  return std::ranges::all_of(sums, [](const auto& sum) { return sum.second == 0; });
}

} // namespace

/// The primary key speaks where the look-up was skipped: a row of a longer history starts there.
bool sim_store::is_next(const batch_entry& e) const {
  const auto known = entities_.find(e.stream->entity.text());
  const auto& first = e.rows.front();
  const auto end = known == entities_.end() ? 0 : end_of(known->second);
  const auto chain = end == 0 ? chain_hash{} : known->second.rows.back().chain;
  return end + 1 == first.first_seq && chain == first.previous;
}

sim_store::refusal sim_store::append(const batch& b, uint64_t by, const std::string& unlucky) {
  refusal refused;
  for (const auto& e : b.entries()) {
    if (!is_next(e) || e.stream->entity.text() == unlucky)
      refused.superseded.insert(e.stream->entity.text());
    if (!std::ranges::all_of(e.rows, balances))
      refused.unbalanced.insert(e.stream->entity.text());
  }
  if (refused)
    return refused;
  ++commits_;
  const auto now = time_ ? time_->now() : time_point{};
  for (const auto& e : b.entries()) {
    const auto& name = e.stream->entity.text();
    auto& history = entities_[name];
    for (const auto& row : e.rows) {
      if (row.events > 0) {
        log_.push_back({name, history.rows.size()});
        history.rows.push_back({{row.first_seq, row.events, row.payload}, row.chain, now});
      }
      int line = 0;
      for (const auto& p : row.postings)
        ledger_.push_back({name, row.first_seq, ++line, p});
    }
    if (e.wakeup)
      set_wakeup(name, history, e.wakeup->due);
    if (e.snapshot && (!history.snapshot || history.snapshot->seq < e.snapshot->seq)) {
      history.snapshot = e.snapshot;
      history.snapshot_chain = e.snapshot_chain;
    }
  }
  if (const auto writer = sessions_.find(by); committed_ && writer != sessions_.end())
    for (const auto& e : b.entries())
      if (e.events > 0)
        committed_(writer->second, e.stream->entity);
  return refused;
}

stored_history sim_store::read(const std::string& entity) const {
  const auto known = entities_.find(entity);
  if (known == entities_.end())
    return {};
  auto out = known->second;
  const auto from = out.snapshot ? out.snapshot->seq : 0;
  std::erase_if(out.rows, [&](const stored_row& r) { return r.row.first_seq <= from; });
  return out;
}

void sim_store::set_wakeup(const std::string& name, stored_history& of,
                           std::optional<time_point> due) {
  if (of.wakeup == due)
    return;
  if (of.wakeup)
    wakeups_.erase({*of.wakeup, name});
  of.wakeup = due;
  if (due)
    wakeups_.emplace(*due, name);
}

std::vector<journal::due_entity> sim_store::due_before(const std::vector<uint32_t>& shards,
                                                       time_point until, uint32_t limit) const {
  std::vector<journal::due_entity> out;
  for (const auto& [due, name] : wakeups_) {
    if (due > until || out.size() == limit)
      break;
    if (auto id = entity_id::from_text(name); std::ranges::find(shards, id.shard()) != shards.end())
      out.push_back({std::move(id), due});
  }
  return out;
}

uint64_t sim_store::open_session(const std::string& node, uint64_t generation) {
  if (dead_.contains({node, generation}))
    return 0;
  sessions_.emplace(++session_count_, process{node, generation});
  return session_count_;
}

void sim_store::end_sessions(const std::string& node, uint64_t before) {
  std::erase_if(sessions_,
                [&](const auto& s) { return s.second.first == node && s.second.second < before; });
}

void sim_store::end_sessions_of(
    const std::function<bool(const std::string& node, uint64_t generation)>& dead) {
  const auto ended = std::erase_if(
      sessions_, [&](const auto& s) { return dead(s.second.first, s.second.second); });
  if (ended > 0)
    happened_.note("sessions of the dead or of laggards are ended");
}

void sim_store::fail_over() {
  former_back_ = false;
  former_.reset();
  former_ = std::make_shared<const sim_store>(*this);
  left_at_[timeline_++] = commits_;
  sessions_.clear();
}

void sim_store::set_away(bool away) {
  away_ = away;
  if (away)
    sessions_.clear();
}

} // namespace souk::persistence
