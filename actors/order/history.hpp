// Lists of orders, from the projection of the order journal (order_summary).
#pragma once

#include "actors/order/messages.hpp"
#include "persistence/sql.hpp"

namespace souk::order {

struct order_row {
  std::string id;
  std::string number;
  std::string status;
  money total;
  time_point created_at;
};
struct order_page {
  std::vector<order_row> items;
  std::string next_cursor; ///< empty: that was all
};

/// Thread-safe; answers on a pool thread. A moment behind the orders themselves. `limit` 1 to 100;
/// errc::invalid for a cursor that is not one.
class history {
public:
  explicit history(persistence::sql::pool& rows) : rows_(rows) {}
  /// Newest first.
  void of_user(std::string user_id, size_t limit, std::string cursor, callback<order_page> done);
  /// Oldest first: those somebody has to work on.
  void open_orders(size_t limit, std::string cursor, callback<order_page> done);

private:
  persistence::sql::pool& rows_;
};

} // namespace souk::order
