// How the audit reads one kind of entity: event after event, in its own words, complaining where an
// event could not have happened there.
#pragma once

#include "app/audit/book.hpp"
#include "app/audit/report.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace souk::audit {

/// Where an event stands.
struct place {
  uint64_t seq = 0; ///< the event's number
  uint64_t row = 0; ///< first number of its journal row
  time_point at;
};

/// One entity, from its first event to its last. Faults go to the report under the entity's name.
class entity_fold {
public:
  virtual ~entity_fold() = default;
  /// False: these bytes are no event of this kind.
  virtual bool apply(std::string_view event, const place& where) = 0;
  /// How a stored state differs from what was folded up to here; empty: it does not.
  virtual std::string difference(const std::string& state, uint32_t version) const = 0;
  /// When something is owed to others, nothing when nothing is.
  virtual std::optional<time_point> owes() const = 0;
  /// The journal ends: judges the end state and leaves the facts in the book.
  virtual void close(uint64_t seq) = 0;
};

struct fold_tools {
  report& out;
  book& facts;
  time_point now;
};

std::unique_ptr<entity_fold> make_stock_fold(std::string_view key, const fold_tools& tools);
std::unique_ptr<entity_fold> make_order_fold(std::string_view key, const fold_tools& tools);
std::unique_ptr<entity_fold> make_cart_fold(std::string_view key, const fold_tools& tools);
std::unique_ptr<entity_fold> make_shipment_fold(std::string_view key, const fold_tools& tools);
std::unique_ptr<entity_fold> make_session_fold(std::string_view key, const fold_tools& tools);

} // namespace souk::audit
