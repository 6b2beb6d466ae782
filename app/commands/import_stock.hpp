// Counts the stock of an import: first counts in bulk, the others by asking their cells, a bounded
// number at a time.
#pragma once

#include "actors/catalogue/import.hpp"
#include "cluster/router.hpp"

#include <condition_variable>
#include <mutex>

namespace souk::app {

class stock_counter {
public:
  stock_counter(persistence::pg_connection& c, cluster::router& route, const souk::clock& time,
                entropy& random)
      : connection_(c), route_(route), time_(time), random_(random) {}

  /// Returns when all are counted, or failed.
  void count(std::vector<catalogue::stock_row> rows);
  int failed() const { return failed_; }
  /// Why the last of the failed did.
  const std::string& last_failure() const { return last_; }

private:
  void ask(std::string_view sku, std::string_view warehouse, int64_t on_hand, command_id command);
  void answered(const std::optional<failure>& why);

  persistence::pg_connection& connection_;
  cluster::router& route_;
  const souk::clock& time_;
  entropy& random_;
  std::mutex guard_;
  std::condition_variable changed_;
  int under_way_ = 0;
  int failed_ = 0;
  std::string last_;
};

} // namespace souk::app
