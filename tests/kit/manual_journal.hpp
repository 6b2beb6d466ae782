// A journal in memory that commits, refuses or loses when the test says so.
#pragma once

#include "persistence/journal.hpp"

#include <algorithm>
#include <deque>
#include <map>

namespace souk::test {

class manual_journal final : public persistence::journal {
public:
  struct stored {
    persistence::recovered state;
    std::vector<persistence::posting> ledger;
  };
  struct queued {
    entity_id entity;
    uint64_t first_seq;
    persistence::fragment piece;
    std::weak_ptr<persistence::journal_observer> observer;
  };

  bool commit_at_once = false;
  bool full = false;
  std::optional<failure> recovery_fails;
  std::map<entity_id, stored> entities;
  std::deque<queued> queue;

  void recover(const entity_id& entity, callback<persistence::recovered> done) override {
    if (recovery_fails)
      return done(*recovery_fails);
    done(entities[entity].state);
  }

  std::unique_ptr<persistence::journal_stream>
  open(const entity_id& entity, uint64_t seq, const chain_hash&,
       std::weak_ptr<persistence::journal_observer> observer) override {
    return std::make_unique<stream>(*this, entity, seq, std::move(observer));
  }

  void due_before(const std::vector<uint32_t>&, time_point until, uint32_t,
                  callback<std::vector<due_entity>> done) override {
    std::vector<due_entity> due;
    for (auto& [id, e] : entities)
      if (e.state.wakeup && *e.state.wakeup <= until)
        due.push_back({id, *e.state.wakeup});
    done(std::move(due));
  }

  /// Commits the `n` oldest queued fragments.
  void commit(size_t n = 1'000'000) {
    for (; n > 0 && !queue.empty(); --n) {
      auto q = std::move(queue.front());
      queue.pop_front();
      auto& e = entities[q.entity];
      if (q.piece.events > 0) {
        e.state.tail.push_back({q.first_seq, q.piece.events, q.piece.payload});
        e.state.seq = q.first_seq + q.piece.events - 1;
      }
      if (q.piece.wakeup)
        e.state.wakeup = q.piece.wakeup->due;
      if (q.piece.snapshot)
        e.state.snapshot = *q.piece.snapshot;
      for (auto& p : q.piece.postings)
        e.ledger.push_back(p);
      if (auto o = q.observer.lock(); o && q.piece.events > 0)
        o->committed(e.state.seq);
    }
  }

  /// The oldest queued fragment's activation fails; all it queued is lost, or stored all the same.
  void fail_oldest(errc code, bool stored_all_the_same = false) {
    const auto entity = queue.front().entity;
    const auto observer = queue.front().observer;
    if (stored_all_the_same) {
      auto o = std::exchange(queue.front().observer, {});
      commit(1);
    }
    std::erase_if(queue, [&](const queued& q) { return q.entity == entity; });
    if (auto o = observer.lock())
      o->failed(fail(code, "the test says so"));
  }

private:
  class stream final : public persistence::journal_stream {
  public:
    stream(manual_journal& j, entity_id e, uint64_t seq,
           std::weak_ptr<persistence::journal_observer> o)
        : journal_(j), entity_(std::move(e)), seq_(seq), observer_(std::move(o)) {}
    bool accepts() override { return !journal_.full; }
    void append(persistence::fragment f) override {
      const auto first = seq_ + 1;
      seq_ += f.events;
      journal_.queue.push_back({entity_, first, std::move(f), observer_});
      if (journal_.commit_at_once)
        journal_.commit();
    }

  private:
    manual_journal& journal_;
    entity_id entity_;
    uint64_t seq_;
    std::weak_ptr<persistence::journal_observer> observer_;
  };
};

} // namespace souk::test
