#include "actors/live/projection.hpp"

namespace souk::live {

namespace {

using persistence::change_note;
using persistence::feed_change;
using persistence::sql::connection;

/// "order/…" becomes "order:…".
std::optional<change_note> note_of_entity(const feed_change& row) {
  const auto entity = row.text("entity");
  for (const std::string_view kind : {"order", "cart"})
    if (entity.starts_with(kind) && entity.substr(kind.size()).starts_with('/')) {
      const auto last = row.integer("seq") + row.integer("events") - 1;
      return change_note{std::string{kind} + ":" + std::string{entity.substr(kind.size() + 1)},
                         static_cast<uint64_t>(last)};
    }
  return std::nullopt;
}

class projection final : public persistence::feed_consumer {
public:
  explicit projection(persistence::note_bus& to) : to_(to) {}
  std::string name() const override { return "live"; }

  result<void> apply(connection&, const std::vector<feed_change>& changes) override {
    std::vector<change_note> notes;
    for (const auto& change : changes) {
      if (change.what() == feed_change::kind::remove)
        continue;
      // Availability is read from the table: its row changes after the journal's does.
      if (change.table() == stock_table)
        notes.push_back({"sku:" + std::string{change.text("sku")}, 0});
      else if (change.table() == "journal")
        if (auto note = note_of_entity(change))
          notes.push_back(std::move(*note));
    }
    if (!notes.empty())
      to_.publish(notes);
    return {};
  }

  result<void> reload(connection&, bool) override {
    to_.publish({{std::string{persistence::anything_changed}, 0}});
    return {};
  }

private:
  persistence::note_bus& to_;
};

} // namespace

std::shared_ptr<persistence::feed_consumer> make_projection(persistence::note_bus& to) {
  return std::make_shared<projection>(to);
}

} // namespace souk::live
