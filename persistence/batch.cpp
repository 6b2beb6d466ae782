#include "persistence/batch.hpp"

#include <algorithm>
#include <map>

namespace souk::persistence {

namespace {

constexpr size_t fragment_overhead = 128; ///< bytes, roughly what a queue entry costs
constexpr size_t posting_overhead = 96;

bool is_balanced(const std::vector<posting>& postings) {
  std::map<std::string_view, __int128_t> sums;
  for (const auto& p : postings)
    sums[p.currency.code()] += p.amount;
  return std::ranges::all_of(sums, [](const auto& sum) { return sum.second == 0; });
}

/// Rows end where a snapshot ends, so that replay can start right behind it.
bool needs_new_row(const batch_entry& e) {
  return e.rows.empty() || (e.snapshot && e.snapshot->seq == e.end_seq());
}

} // namespace

void stream_record::tell_committed(uint64_t up_to) {
  std::lock_guard lock{telling_};
  if (auto o = closed_ ? nullptr : observer.lock())
    o->committed(up_to);
}

void stream_record::tell_failed(const failure& why) {
  if (dead.exchange(true))
    return;
  std::lock_guard lock{telling_};
  if (auto o = closed_ ? nullptr : observer.lock())
    o->failed(why);
}

void stream_record::close() {
  std::lock_guard lock{telling_};
  closed_ = true;
}

std::optional<size_t> batch::place_of(const std::shared_ptr<stream_record>& stream) {
  // A hot entity's fragments stand one behind the other.
  if (last_ < entries_.size() && entries_[last_].stream == stream)
    return last_;
  const auto [at, fresh] = by_entity_.try_emplace(stream->entity.text(), entries_.size());
  if (fresh)
    entries_.push_back({.stream = stream});
  if (entries_[at->second].stream != stream)
    return std::nullopt;
  return last_ = at->second;
}

bool batch::add(const std::shared_ptr<stream_record>& stream, fragment& f) {
  SOUK_ASSERT(f.events > 0 || (f.payload.empty() && f.postings.empty()),
              "payload and postings belong to events");
  const auto place = place_of(stream);
  if (!place)
    return false;
  auto& e = entries_[*place];
  bytes_ += size_of(f);
  if (f.events > 0) {
    if (needs_new_row(e))
      e.rows.push_back({.first_seq = e.end_seq() + 1});
    auto& row = e.rows.back();
    row.events += f.events;
    row.payload.empty() ? void(row.payload = std::move(f.payload)) : void(row.payload += f.payload);
    e.events += f.events;
    e.balanced = e.balanced && is_balanced(f.postings);
    std::ranges::move(f.postings, std::back_inserter(row.postings));
  }
  if (f.wakeup)
    e.wakeup = f.wakeup;
  if (f.snapshot) {
    SOUK_ASSERT(f.snapshot->seq == e.end_seq(), "a snapshot ends with its fragment");
    e.snapshot = std::move(f.snapshot);
  }
  return true;
}

void batch::seal(uint64_t connection) {
  for (auto& e : entries_) {
    auto chain = e.stream->chain;
    if (e.snapshot && e.snapshot->seq == e.stream->seq)
      e.snapshot_chain = chain;
    for (auto& row : e.rows) {
      row.previous = chain;
      row.chain = chain = next_chain(chain, row.first_seq, row.payload);
      row.check = &row == &e.rows.front() && e.stream->trusted_connection != connection;
      if (e.snapshot && e.snapshot->seq == row.first_seq + row.events - 1)
        e.snapshot_chain = chain;
    }
    // Without a row no primary key speaks up against a stale writer, so these are always looked up.
    if (e.rows.empty())
      e.rows.push_back(
          {.first_seq = e.end_seq() + 1, .previous = chain, .chain = chain, .check = true});
  }
  // Two nodes that write the same entities must not wait for each other crosswise.
  std::ranges::sort(entries_, {}, [](const batch_entry& e) -> const std::string& {
    return e.stream->entity.text();
  });
}

void batch::check_everything() {
  for (auto& e : entries_)
    e.rows.front().check = true;
}

size_t batch::drop(const std::function<bool(const batch_entry&)>& gone, const failure& why) {
  for (auto& e : entries_)
    if (gone(e))
      e.stream->tell_failed(why);
  return std::erase_if(entries_, [](const batch_entry& e) { return e.stream->dead.load(); });
}

void batch::acknowledge(uint64_t connection) {
  for (auto& e : entries_) {
    auto& s = *e.stream;
    s.seq = e.end_seq();
    s.chain = e.rows.back().chain;
    s.trusted_connection = connection;
    if (e.events > 0)
      s.tell_committed(s.seq);
  }
}

size_t batch::rows() const {
  size_t n = 0;
  for (const auto& e : entries_)
    n += e.rows.size();
  return n;
}

uint64_t batch::events() const {
  uint64_t n = 0;
  for (const auto& e : entries_)
    n += e.events;
  return n;
}

std::vector<batch> batch::split() {
  std::vector<batch> out;
  for (auto& e : entries_)
    out.emplace_back().entries_.push_back(std::move(e));
  entries_.clear();
  return out;
}

size_t size_of(const fragment& f) {
  return fragment_overhead + f.payload.size() + f.postings.size() * posting_overhead +
         (f.snapshot ? f.snapshot->payload.size() : 0);
}

} // namespace souk::persistence
