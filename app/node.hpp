// A node that serves: the runtime, the services on it, HTTP, the waker and the change feed, started
// in this order and stopped in the other.
#pragma once

#include "adapters/http_client.hpp"
#include "adapters/stripe_gateway.hpp"
#include "adapters/vips_pictures.hpp"
#include "app/housekeeping.hpp"
#include "app/import_desk.hpp"
#include "app/mailing.hpp"
#include "app/runtime.hpp"
#include "app/seat.hpp"
#include "http/api/routes.hpp"
#include "http/live/service.hpp"
#include "http/server.hpp"
#include "persistence/feed.hpp"
#include "persistence/note_bus.hpp"

#include <atomic>
#include <optional>

namespace souk::app {

/// How long start() waits for Postgres.
inline constexpr std::chrono::seconds start_patience{30};
/// Requests under way at SIGTERM get this long.
inline constexpr std::chrono::seconds drain_deadline{15};
/// Between "not ready" and closing the door: load balancers have to notice.
inline constexpr std::chrono::milliseconds unready_before_drain{2'500};

class node {
public:
  /// `generation` from the database (persistence::next_generation): higher than at every start
  /// before.
  node(const config& c, uint64_t generation, entropy& random);
  ~node();

  /// errc::unavailable when Postgres or a port is not to be had, errc::conflict when another node
  /// has its name.
  result<void> start();
  /// Not ready any more; hands its shards over, drains, then stops everything.
  void stop();
  int port() const { return server_->port(); }

private:
  http::readiness readiness() const;
  result<void> open_notes();
  http::webhook_reader webhook_reader() const;

  const config config_;
  entropy& random_;
  std::optional<adapters::http_client> client_{std::in_place};
  adapters::stripe_gateway provider_;
  bounded_threads passwords_, picture_work_, picture_reads_;
  runtime runtime_;
  seat seat_;
  mailing mail_;
  adapters::vips_pictures pictures_;
  catalogue::service goods_;
  catalogue::office office_;
  pricing::service prices_;
  warehouse::service warehouses_;
  user::service people_;
  user::second_factor codes_;
  user::trail trail_;
  notification::repost letters_;
  cart::service carts_;
  checkout::service checkouts_;
  order::service orders_;
  order::history history_;
  session::service sessions_;
  live::service live_;
  import_desk imports_;
  http::shop shop_;
  std::unique_ptr<http::server> server_;
  std::unique_ptr<persistence::note_bus> notes_;
  std::unique_ptr<persistence::feed> feed_;
  cluster::duty_actor waker_;
  std::optional<housekeeping> housekeeping_;
  std::atomic<bool> leaving_{false};
  bool started_ = false;
};

} // namespace souk::app
