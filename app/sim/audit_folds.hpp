// What the audit makes of the journal's bytes: folds of its own, written from the schemas and the
// design, not from the models. Each checks while it folds and says what cannot be.
#pragma once

#include "actors/order/messages.hpp"
#include "base/crypto.hpp"
#include "base/time.hpp"
#include "persistence/recovery.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace souk::pb {
class stock_event;
}

namespace souk::sim {

using complaint = std::function<void(const std::string& what)>;

/// What came, went and lies on a shelf, in units.
struct shelf {
  int64_t on_hand = 0, received = 0, adjusted = 0, shipped = 0, returned = 0;
  bool operator==(const shelf&) const = default;
};

struct stock_fold {
  enum class phase : uint8_t { held, claimed, shipped, released, lapsed };
  struct unit {
    stock_fold::phase phase;
    int64_t quantity;
  };
  shelf now;
  std::map<std::string, unit> units;
  std::vector<shelf> after; ///< each event

  void apply(const std::string& event, const complaint& complain);
  int64_t sum(phase of) const;

private:
  void fold(const pb::stock_event& e, const complaint& complain);
};

struct cart_fold {
  using lines_map = std::map<std::string, std::pair<std::string, int64_t>>; ///< id: SKU, quantity
  enum class phase : uint8_t { open, ordering, ordered, merging, merged, expired };

  phase now = phase::open;
  lines_map lines;
  std::vector<lines_map> after; ///< each event
  std::string to_cart;
  std::map<std::string, int64_t> orders;                  ///< id: total, of every checkout
  std::map<std::string, lines_map> taken_from;            ///< cart: lines here before, to compare
  std::map<std::string, lines_map> taken;                 ///< cart: lines here afterwards
  std::map<std::string, std::set<std::string>> not_taken; ///< cart: SKUs it was told about

  void apply(const std::string& event, const complaint& complain);
};

struct order_fold {
  struct unit {
    uint32_t line = 0;
    std::string warehouse;
    int64_t quantity = 0;
    stock_fold::phase phase = stock_fold::phase::lapsed; ///< lapsed: asked for or refused
  };
  struct paid {
    int64_t captured = 0, refunded = 0, authorised = 0;
  };
  std::string cart;
  int64_t total = 0, tax = 0, shipping = 0;
  bool tax_included = true;
  std::vector<std::pair<std::string, int64_t>> lines; ///< SKU, quantity
  order::status now = order::status::holding;
  std::vector<order::status> after; ///< each event
  std::map<std::string, unit> units;
  std::map<int64_t, bool> attempts; ///< number: open
  std::map<std::string, paid> intents;
  int64_t refund_asked = 0;
  std::set<std::string> dispatched, delivered; ///< shipments

  void apply(const std::string& event, const complaint& complain);
  bool ended() const;
};

struct shipment_fold {
  std::string order;
  std::map<std::string, int64_t> units; ///< by SKU
  bool dispatched = false, delivered = false, cancelled = false;

  void apply(const std::string& event, const complaint& complain);
};

/// Sessions: the audit looks at their chain and command ids only.
struct plain_fold {
  void apply(const std::string&, const complaint&) {}
};

/// One entity, as far as the store's rows go.
struct entity_fold {
  uint64_t seq = 0;
  size_t rows = 0;
  chain_hash chain{};
  std::map<std::string, int> commands; ///< id: how often
  std::variant<plain_fold, stock_fold, cart_fold, order_fold, shipment_fold> of;

  explicit entity_fold(std::string_view kind);
  /// Folds what came since.
  void follow(const persistence::stored_history& stored, const complaint& complain);
};

} // namespace souk::sim
