// Where an order's lines are best taken from, by the rows in the database.
#pragma once

#include "actors/warehouse/sourcing.hpp"
#include "persistence/sql.hpp"

#include <memory>
#include <mutex>

namespace souk::warehouse {

/// Warehouses and postal areas hardly move; read again at most this often.
inline constexpr std::chrono::seconds geography_age_max{30};

/// Thread-safe; answers on a pool thread. The pool is stopped before this goes.
class service {
public:
  service(persistence::sql::pool& pool, const clock& time) : pool_(pool), clock_(time) {}

  /// Candidates for each line, by levels as the projection shows them now (the stock entities
  /// decide).
  void source(std::vector<needed_line> lines, std::string country, std::string postal_code,
              callback<std::vector<sourced_line>> done);
  void sites(callback<std::vector<site>> done);
  void put_site(site s, callback<site> done);

private:
  result<std::shared_ptr<const geography>> map(persistence::sql::connection& c);

  persistence::sql::pool& pool_;
  const clock& clock_;
  std::mutex guard_;
  std::shared_ptr<const geography> map_;
  std::chrono::nanoseconds read_at_{0};
};

} // namespace souk::warehouse
