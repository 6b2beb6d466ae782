#include "actors/stock/projection.hpp"

#include "actors/entity/fold.hpp"
#include "actors/stock/stock.hpp"
#include "persistence/pg_append.hpp"
#include "persistence/recovery.hpp"

#include <set>
#include <unordered_map>

namespace souk::stock {

namespace {

using persistence::feed_change;
using persistence::sql::connection;

class projection final : public persistence::feed_consumer {
public:
  std::string name() const override { return "stock_level"; }

  result<void> apply(connection& c, const std::vector<feed_change>& changes) override {
    if (cells_.size() >= projected_cells_max)
      cells_.clear();
    std::set<entity_id> moved;
    for (const auto& change : changes) {
      if (change.table() != "journal" || change.what() != feed_change::kind::insert ||
          !change.text("entity").starts_with("stock/"))
        continue;
      auto id = entity_id::from_text(std::string(change.text("entity")));
      const auto seq = static_cast<uint64_t>(change.integer("seq"));
      if (auto applied = follow(c, id, seq, std::string(change.bytea("payload"))); !applied)
        return applied;
      moved.insert(std::move(id));
    }
    return write(c, moved);
  }

  result<void> reload(connection& c, bool from_zero) override {
    if (!from_zero)
      return {};
    cells_.clear();
    const auto emptied = c.execute("delete from stock_level");
    return emptied ? result<void>{} : emptied.error();
  }

private:
  /// The row itself is applied even after reading the journal: the feed may be quicker than the
  /// moment its commit becomes visible to others.
  result<void> follow(connection& c, const entity_id& id, uint64_t seq,
                      const std::string& payload) {
    auto known = cells_.find(id);
    // Before its first event a cell is nothing: there is no journal to read.
    if (known == cells_.end() && seq == 1)
      known = cells_.try_emplace(id).first;
    if (known != cells_.end() && known->second.replay(seq, payload))
      return {};
    if (auto read = read_again(c, id); !read)
      return read;
    return cells_.at(id).replay(seq, payload);
  }

  result<void> read_again(connection& c, const entity_id& id) {
    auto history = persistence::read_history(c, id);
    if (!history)
      return history.error();
    auto found = persistence::verify(id, std::move(*history));
    if (!found)
      return found.error();
    auto folded = entity::replay<model>(*found);
    if (!folded)
      return folded.error();
    cells_.insert_or_assign(id, std::move(*folded));
    return {};
  }

  result<void> write(connection& c, const std::set<entity_id>& moved) {
    std::vector<std::string> skus, warehouses;
    std::vector<int64_t> on_hand, reserved, available, seqs;
    for (const auto& id : moved) {
      const auto& cell = cells_.at(id);
      const auto now = std::get<level>(model::answer(cell.state, get{}));
      const auto key = id.key();
      const auto at = key.rfind('@');
      skus.emplace_back(key.substr(0, at));
      warehouses.emplace_back(key.substr(at + 1));
      on_hand.push_back(now.on_hand);
      reserved.push_back(now.reserved);
      available.push_back(now.available);
      seqs.push_back(static_cast<int64_t>(cell.seq));
    }
    if (skus.empty())
      return {};
    const auto put = c.execute(
        "insert into stock_level (sku, warehouse, on_hand, reserved, available, seq, updated_at) "
        "select *, now() from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], "
        "$5::bigint[], $6::bigint[]) "
        "on conflict (sku, warehouse) do update set on_hand = excluded.on_hand, reserved = "
        "excluded.reserved, "
        "available = excluded.available, seq = excluded.seq, updated_at = excluded.updated_at "
        "where stock_level.seq < excluded.seq",
        {skus, warehouses, on_hand, reserved, available, seqs});
    return put ? result<void>{} : put.error();
  }

  std::unordered_map<entity_id, entity::fold<model>> cells_;
};

} // namespace

std::shared_ptr<persistence::feed_consumer> make_projection() {
  return std::make_shared<projection>();
}

} // namespace souk::stock
