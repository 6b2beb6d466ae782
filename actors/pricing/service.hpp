// Quotes for whoever asks, by the rules in the database, read again at most every `rules_age_max`.
#pragma once

#include "actors/pricing/quote.hpp"
#include "persistence/sql.hpp"

#include <memory>
#include <mutex>

namespace souk::pricing {

inline constexpr std::chrono::seconds rules_age_max{10};

/// Thread-safe. Answers on the calling thread while the rules are fresh, else on a pool thread.
/// Outlives its calls: the pool is stopped first.
class service {
public:
  service(persistence::sql::pool& pool, const clock& time) : pool_(pool), clock_(time) {}

  void quote(quote_request request, callback<pricing::quote> done);
  void shipping_options(quote_request request, callback<std::vector<offered_option>> done);
  /// The rules themselves, for callers that price inside a transaction of their own.
  void current_rules(callback<std::shared_ptr<const rules>> done);

private:
  persistence::sql::pool& pool_;
  const clock& clock_;
  std::mutex guard_;
  std::shared_ptr<const rules> rules_;
  std::chrono::nanoseconds read_at_{0};
};

} // namespace souk::pricing
