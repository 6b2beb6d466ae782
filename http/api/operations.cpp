#include "http/api/operations.hpp"

#include "base/ids.hpp"
#include "base/metrics.hpp"
#include "http/headers.hpp"
#include "http/openapi.hpp"

#include <boost/json.hpp>

namespace souk::http {

namespace {

void read_health(const request_ptr&, const responder& done) {
  done(response::text(200, "alive\n").with("Cache-Control", "no-store"));
}

void read_readiness(const std::function<readiness()>& ready, const responder& done) {
  const auto now = ready();
  boost::json::array reasons;
  for (const auto& reason : now.reasons)
    reasons.emplace_back(reason);
  auto out = response::json(now.ready ? 200 : 503,
                            boost::json::object{{"ready", now.ready}, {"reasons", reasons}});
  out.problem = errc::unavailable;
  out.with("Cache-Control", "no-store");
  if (!now.ready)
    out.with("Retry-After", "1");
  done(std::move(out));
}

void read_metrics(const request_ptr&, const responder& done) {
  done(response::text(200, metrics::render(), "text/plain; version=0.0.4; charset=utf-8")
           .with("Cache-Control", "no-store"));
}

void read_openapi(const request_ptr& in, const responder& done) {
  static const auto text = std::make_shared<const std::string>(openapi_document());
  static const auto tag = etag_of(fingerprint(*text));
  response out{.content_type = "application/json", .shared_body = text};
  done(with_etag(*in, tag, std::move(out)));
}

} // namespace

void add_operations_routes(router& to, std::function<readiness()> ready) {
  to.add(method::get, "/healthz", "read_health", read_health);
  to.add(method::get, "/readyz", "read_readiness",
         [ready = std::move(ready)](request_ptr, responder done) { read_readiness(ready, done); });
  to.add(method::get, "/metrics", "read_metrics", read_metrics);
  to.add(method::get, "/openapi.json", "read_openapi", read_openapi);
}

} // namespace souk::http
