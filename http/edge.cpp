#include "http/edge.hpp"

#include "base/log.hpp"
#include "http/form.hpp"
#include "http/headers.hpp"
#include "http/problem.hpp"
#include "http/trace.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace souk::http {

/// Metrics of one route, looked up once: prometheus-cpp's families take a lock.
struct edge::counters {
  std::string pattern;
  metrics::histogram& seconds;
  std::array<std::array<std::atomic<metrics::counter*>, 600>, method_count> by_status{};

  explicit counters(std::string p)
      : pattern(std::move(p)),
        seconds(metrics::make_latency("souk_http_request_seconds",
                                      "Time from the request's head to its answer",
                                      {{"route", pattern}})) {}

  metrics::counter& of(method verb, int status) {
    auto& place = by_status[static_cast<size_t>(verb)][static_cast<size_t>(status)];
    auto* known = place.load(std::memory_order_acquire);
    if (!known) {
      known = &metrics::make_counter("souk_http_requests_total", "Requests answered",
                                     {{"route", pattern},
                                      {"method", std::string{to_string(verb)}},
                                      {"status", std::to_string(status)}});
      place.store(known, std::memory_order_release);
    }
    return *known;
  }
};

namespace {

std::optional<failure> parse_target(request& in) {
  const std::string_view target = in.target;
  const auto question = std::min(target.find('?'), target.size());
  const auto parsed = boost::urls::parse_origin_form(target.substr(0, question));
  if (!parsed)
    return fail(errc::malformed, "the request target is not a path");
  in.path = boost::urls::url_view{*parsed}.path();
  if (in.path.find('\0') != std::string::npos)
    return fail(errc::malformed, "the path holds a zero byte");
  if (question == target.size())
    return std::nullopt;
  auto query = parse_form(target.substr(question + 1));
  if (!query)
    return query.error();
  in.query = std::move(*query);
  return std::nullopt;
}

constexpr int status_cut = 499; ///< in metrics: the connection was closed without an answer

} // namespace

edge::edge(router routes, edge_options options, const clock& time, entropy& random)
    : routes_(std::move(routes)), options_(std::move(options)), time_(time), random_(random),
      limiter_(options_.limits, options_.clients_max),
      under_way_(metrics::make_gauge("souk_http_requests_under_way", "Requests not answered yet")) {
  counters_[nullptr] = std::make_unique<counters>("none");
  for (const auto& r : routes_.routes()) {
    SOUK_ASSERT(r->options.who == access::anyone || options_.authorise,
                "routes that ask who calls need an authoriser");
    if (!r->options.limit.empty())
      limiter_.policy(r->options.limit);
    counters_[r.get()] = std::make_unique<counters>(r->pattern);
  }
}

edge::~edge() = default;

std::chrono::milliseconds edge::deadline_of(const request& in) const {
  const bool own = in.matched && in.matched->options.deadline.count() > 0;
  return own ? in.matched->options.deadline : options_.deadline;
}

size_t edge::body_limit_of(const request& in) const {
  return in.matched ? in.matched->options.body_limit : 0;
}

void edge::begin(request& in) {
  under_way_.Increment();
  in.began = time_.monotonic();
  in.trace = continue_trace(in, random_);
}

response edge::reject(request& in, const failure& why, std::optional<int> status) {
  begin(in);
  auto out = to_response(why, in, status);
  if (why.code == errc::method_not_allowed)
    out.with("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  return out;
}

std::optional<response> edge::admit(request& in) {
  begin(in);
  if (auto wrong = parse_target(in))
    return to_response(*wrong, in);
  const std::string_view raw_path = std::string_view{in.target}.substr(0, in.target.find('?'));
  auto found = routes_.find(in.verb, raw_path);
  if (found) {
    in.matched = found->to;
    in.params = std::move(found->params);
    return check(in);
  }
  if (found.error().code != errc::method_not_allowed)
    return to_response(found.error(), in);
  const auto allowed = found.error().detail;
  if (in.verb == method::options)
    return response::empty().with("Allow", allowed);
  return to_response(fail(errc::method_not_allowed, "allowed are " + allowed), in)
      .with("Allow", allowed);
}

std::optional<response> edge::check(request& in) {
  auto key = read_idempotency_key(in);
  if (!key)
    return to_response(key.error(), in);
  in.idempotency_key = std::move(*key);
  if (!is_same_origin(in, options_.public_origin))
    return to_response(fail(errc::forbidden, "a write with a cookie needs this site's Origin"), in);
  return in.matched->options.limit.empty() ? std::nullopt : check_limit(in);
}

std::optional<response> edge::check_limit(request& in) {
  const auto& name = in.matched->options.limit;
  const auto& rule = limiter_.policy(name);
  const auto client = options_.client_of ? options_.client_of(in) : in.peer;
  const auto decision = limiter_.take(name, client, in.began);
  in.owed_headers.push_back({"RateLimit-Policy", "\"" + name +
                                                     "\";q=" + std::to_string(rule.quota) +
                                                     ";w=" + std::to_string(rule.window.count())});
  in.owed_headers.push_back({"RateLimit", "\"" + name +
                                              "\";r=" + std::to_string(decision.remaining) +
                                              ";t=" + std::to_string(decision.reset.count())});
  if (decision.allowed)
    return std::nullopt;
  auto refused = fail(errc::rate_limited, "the limit \"" + name + "\" is used up");
  refused.retry_after = decision.reset;
  return to_response(refused, in);
}

void edge::handle(const request_ptr& in, responder done) {
  const auto run = [](const request_ptr& req, const responder& answer) {
    try {
      req->matched->handle(req, answer);
    } catch (const std::exception& e) {
      log::error(
          "http.handler_threw",
          {{"route", req->matched->pattern}, {"what", e.what()}, {"trace", req->trace.trace_id}});
      answer(to_response(fail(errc::internal), *req));
    }
  };
  const auto who = in->matched->options.who;
  if (who == access::anyone)
    return run(in, done);
  options_.authorise(in, who, [in, done, run](std::optional<failure> refused) {
    refused ? done(to_response(*refused, *in)) : run(in, done);
  });
}

void edge::finish(const request& in, response& out) {
  under_way_.Decrement();
  const bool is_problem = out.content_type == "application/problem+json";
  if (is_problem && options_.page_of && !in.path.starts_with("/v1/") && prefers_html(in))
    out = options_.page_of(in, out);
  for (const auto& h : in.owed_headers)
    out.with(h.name, h.value);
  out.with("X-Request-Id", in.trace.trace_id);
  out.with("X-Content-Type-Options", "nosniff");
  if (out.content_type.starts_with("text/html")) {
    out.with("X-Frame-Options", "DENY").with("Referrer-Policy", "strict-origin-when-cross-origin");
    if (out.header_value("Content-Security-Policy").empty())
      out.with("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'self'; "
                                          "frame-ancestors 'none'; img-src 'self' data:");
  }
  const int status = out.status == 0 ? status_cut : out.status;
  SOUK_ASSERT(status >= 100 && status < 600, "a status HTTP knows");
  auto& mine = *counters_.at(in.matched);
  const auto took = time_.monotonic() - in.began;
  mine.of(in.verb, status).Increment();
  mine.seconds.Observe(std::chrono::duration<double>(took).count());
  const auto at = status >= 500 ? log::level::info : log::level::debug;
  log::write(at, "http.request",
             {{"method", to_string(in.verb)},
              {"route", mine.pattern},
              {"status", status},
              {"us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
              {"code", status >= 400 ? souk::to_string(out.problem) : ""},
              {"trace", in.trace.trace_id}});
}

void edge::serve(const request_ptr& in, responder done) {
  auto last = [this, in, done = std::move(done)](response out) {
    finish(*in, out);
    done(std::move(out));
  };
  auto early = admit(*in);
  if (!early && in->body.size() > body_limit_of(*in))
    early = to_response(fail(errc::too_large, "the body is longer than this route takes"), *in);
  if (early)
    return last(std::move(*early));
  handle(in, std::move(last));
}

} // namespace souk::http
