// Counting what is held and claimed of a finite total: the part that stock shares with whatever
// else is handed out once only. It knows facts, not rules: every function is total and needs no
// clock.
//
//             ┌──────── extend
//   (none) ─► held ─► claimed ─► settled      settled and released are forgotten after `memory`
//     │         │        │
//     │         └─ lapse │ release            lapsed: as if it had never been
//     └──────────────────┴───────► released   (from none: bars a hold that arrives later)
#pragma once

#include "base/time.hpp"

#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/key.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index_container.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace souk::stock {

enum class phase : uint8_t { held, released, settled, claimed };

struct reservation {
  std::string id;
  stock::phase phase = phase::held;
  int64_t quantity = 0;
  time_point until =
      never; ///< held: it lapses; released and settled: it is forgotten; claimed: never
  /// Holds come first, then what has ended, then claims; each by time.
  std::pair<int, time_point> turn() const {
    return {phase == phase::held ? 0 : phase == phase::claimed ? 2 : 1, until};
  }
};

/// Not thread-safe. A change costs O(log n), the numbers and next_lapse O(1).
class holdings {
public:
  /// How long, and of how many at most, an end is remembered to recognise repeats.
  static constexpr std::chrono::hours memory{1};
  static constexpr size_t ended_max = 100'000;

  int64_t total() const { return total_; }
  int64_t held() const { return held_; }
  int64_t claimed() const { return claimed_; }
  /// What could be taken now, were `freed` units of the held ones back.
  int64_t available(int64_t freed = 0) const;
  /// Reservations held or claimed.
  size_t open() const { return book_.size() - ended_; }
  const reservation* find(const std::string& id) const;
  /// When the earliest hold lapses; `never` without holds.
  time_point next_lapse() const;
  /// Holds whose time has passed at `now`, earliest first, until they are worth `units`; never the
  /// one called `except`.
  std::vector<const reservation*> lapsed(time_point now, int64_t units,
                                         std::string_view except = {}) const;
  /// All of them in the order of turn(): what a snapshot stores and `restore` reads.
  std::vector<const reservation*> all() const;

  void set_total(int64_t total) { total_ = total; }
  void hold(const std::string& id, int64_t quantity, time_point expires);
  /// Nothing unless it is held.
  void extend(const std::string& id, time_point expires);
  /// From whatever it was.
  void claim(const std::string& id, int64_t quantity);
  void release(const std::string& id, time_point at);
  /// The claimed units leave the total, which never passes below 0; answers how many left.
  int64_t settle(const std::string& id, time_point at);
  /// Nothing unless it is held.
  void lapse(const std::string& id);
  /// Drops ends that are old at `at`, and the oldest above ended_max.
  void forget(time_point at);
  void restore(reservation r) { put(std::move(r)); }

private:
  using book = boost::multi_index_container<
      reservation,
      boost::multi_index::indexed_by<
          boost::multi_index::hashed_unique<boost::multi_index::key<&reservation::id>,
                                            std::hash<std::string>>,
          boost::multi_index::ordered_non_unique<boost::multi_index::key<&reservation::turn>>>>;

  void put(reservation r);
  /// Adds (sign 1) or takes away (sign −1) what `r` stands for in the sums.
  void weigh(const reservation& r, int sign);

  book book_;
  int64_t total_ = 0;
  int64_t held_ = 0;
  int64_t claimed_ = 0;
  size_t ended_ = 0;
};

} // namespace souk::stock
