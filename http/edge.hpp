// What every request passes before and after its handler: trace, route, limits, origin, key, and on
// the way back security headers, metrics and the access log. Knows no sockets: tests and the
// simulation call serve() directly.
#pragma once

#include "base/ids.hpp"
#include "base/metrics.hpp"
#include "http/rate_limiter.hpp"
#include "http/router.hpp"

#include <atomic>

namespace souk::http {

/// Finds out who calls and writes request.caller; answers a failure (unauthenticated, forbidden, …)
/// to refuse. Called for routes whose access is not `anyone`.
using authoriser =
    std::function<void(request_ptr, access, std::function<void(std::optional<failure>)>)>;

struct edge_options {
  std::string public_origin;                      ///< "https://shop.example"; empty: Host decides
  std::chrono::milliseconds deadline{10'000};     ///< for routes that name none
  std::map<std::string, rate_policy> limits = {}; ///< by the names routes use
  size_t clients_max = 100'000;                   ///< remembered by the limiter
  std::function<std::string(const request&)> client_of = {}; ///< limiter key; default: peer address
  authoriser authorise = {};
  /// A page in place of problem details for browsers; nothing below /v1, whose contract is JSON.
  std::function<response(const request&, const response& problem)> page_of = {};
};

/// Thread-safe.
class edge {
public:
  edge(router routes, edge_options options, const clock& time, entropy& random);
  ~edge();

  /// Parses the target and finds the route. Call once, before the body is read. A failure is to be
  /// answered as it is (through finish()).
  std::optional<response> admit(request& in);
  /// In place of admit(), for what is refused before it could be understood.
  response reject(request& in, const failure& why, std::optional<int> status = {});
  /// Runs the handler of an admitted request.
  void handle(const request_ptr& in, responder done);
  /// Makes a handler's response ready for the wire, counts and logs it. Once a request.
  void finish(const request& in, response& out);
  /// All three in a row.
  void serve(const request_ptr& in, responder done);

  std::chrono::milliseconds deadline_of(const request& in) const;
  size_t body_limit_of(const request& in) const;
  const router& routes() const { return routes_; }

private:
  struct counters;
  void begin(request& in);
  std::optional<response> check(request& in);
  std::optional<response> check_limit(request& in);

  const router routes_;
  const edge_options options_;
  const clock& time_;
  entropy& random_;
  rate_limiter limiter_;
  std::map<const route*, std::unique_ptr<counters>> counters_;
  metrics::gauge& under_way_;
};

} // namespace souk::http
