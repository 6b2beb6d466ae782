// What is read from the log: the stock projection and the notes for those who watch, the real
// consumers, on a change feed that is late, repeats itself, loses its connection at a commit, moves
// to another node, and is rebuilt from zero. In the end they must say what the journal says.
#pragma once

#include "app/sim/timeline.hpp"
#include "persistence/feed.hpp"
#include "persistence/note_bus.hpp"
#include "persistence/sim_store.hpp"

#include <map>

namespace souk::sim {

/// Single-threaded; outlives all nodes.
class read_side {
public:
  struct level {
    int64_t on_hand = 0, reserved = 0, available = 0;
    int64_t seq = 0;
    bool operator==(const level&) const = default;
  };
  using complaint = std::function<void(const std::string& entity, const std::string& what)>;

  /// `store` outlives it.
  read_side(const persistence::sim_store& store, timeline& time, uint64_t seed, complaint complain);
  /// Without any more faults, up to the last commit.
  void catch_up();
  /// By the projection; nothing where it has no row.
  std::optional<level> level_of(const std::string& sku_at_warehouse) const;
  /// The highest seq that was told of "order:…" or "cart:…"; 0: none.
  uint64_t told_of(const std::string& subject) const;

private:
  /// The tables of the stock projection, in one transaction after another.
  class tables final : public persistence::sql::connection {
  public:
    explicit tables(const persistence::sim_store& store) : store_(store) {}
    persistence::sql::connection& begin();
    void commit() { committed_ = open_; }
    result<persistence::sql::rows>
    execute(std::string_view statement, std::vector<persistence::sql::parameter> values) override;
    result<void> script(std::string_view) override;
    bool is_broken() const override { return false; }
    const std::map<std::string, level>& levels() const { return committed_; }

  private:
    void put_levels(const std::vector<persistence::sql::parameter>& values);

    const persistence::sim_store& store_;
    std::map<std::string, level> committed_, open_; ///< by "SKU@WAREHOUSE"
  };
  class notes final : public persistence::note_bus {
  public:
    void publish(const std::vector<persistence::change_note>& all) override;
    bool flowing() const override { return true; }
    std::map<std::string, uint64_t> highest;
  };
  struct reader {
    std::function<std::shared_ptr<persistence::feed_consumer>()> make;
    std::shared_ptr<persistence::feed_consumer> consumer;
    size_t position = 0; ///< commits it has, moved in the transaction of its writes
  };

  void go_on();
  void give(reader& r, bool with_faults);
  void restart(reader& r);
  void rebuild(reader& r);

  const persistence::sim_store& store_;
  timeline& time_;
  dice random_; ///< its own: reading changes nobody's fate
  const complaint complain_;
  tables tables_;
  notes notes_;
  std::vector<reader> readers_;
};

} // namespace souk::sim
