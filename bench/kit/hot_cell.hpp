// The real runtime with one stock cell that everybody wants, and buyers who each hold a unit and
// then the next.
#pragma once

#include "actors/stock/messages.hpp"
#include "adapters/http_client.hpp"
#include "adapters/stripe_gateway.hpp"
#include "app/runtime.hpp"
#include "persistence/feed.hpp"

#include <string>
#include <vector>

namespace souk::bench {

/// What one round of a load measured.
struct figures {
  int clients = 0;
  double per_second = 0;
  double batch = 0; ///< events a commit
  double p50_ms = 0;
  double p99_ms = 0;
};

/// One node without HTTP and without a payment provider: everything between a command and Postgres.
class shop {
public:
  explicit shop(const std::string& postgres_url);
  ~shop();

  app::runtime& inside() { return runtime_; }
  entropy& random() { return random_; }
  void start_feed();
  void stop_feed() { feed_.reset(); }
  /// How often the journal has committed in this process.
  static double commits();

private:
  config settings_;
  app::system_entropy random_;
  adapters::http_client client_;
  adapters::stripe_gateway nobody_;
  app::runtime runtime_;
  std::unique_ptr<persistence::feed> feed_;
};

/// A cell of its own for each round, filled with more units than a round can take.
class hot_cell {
public:
  hot_cell(shop& in, std::string name);

  /// Holds one unit for a reservation that nobody had before, named as an order's line is.
  void hold_one(callback<stock::held_units> done);
  /// Gives up unless exactly `acknowledged` units are held, in memory and in the journal.
  void check(const std::string& postgres_url, int64_t acknowledged);

private:
  template <class C>
  typename C::reply ask_and_wait(C command);

  shop& in_;
  const std::string key_;
};

/// `clients` buyers for `warm_up` and then `measured`; answers what they saw. Gives up when a unit
/// was refused, or when what was acknowledged is not what is held.
figures hammer(shop& in, const std::string& postgres_url, const std::string& name, int clients,
               std::chrono::milliseconds warm_up, std::chrono::milliseconds measured);

} // namespace souk::bench
